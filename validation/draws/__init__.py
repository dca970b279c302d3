"""Layers made at random, one table entry a class, to compare with tf.keras's.

What a layer may be given stands here once: the parity matrix and the tests of layers
draw from the same tables.
"""

from __future__ import annotations

from optlab.validation.draws.drawn import Bounds, Draw, Drawn
from optlab.validation.draws.images import IMAGE_BOUNDS, IMAGES
from optlab.validation.draws.pointwise import POINTWISE, POINTWISE_BOUNDS
from optlab.validation.draws.sequences import SEQUENCE_BOUNDS, SEQUENCES

#: Every layer of one input; the first word of a key is the class.
DRAWS: dict[str, Draw] = POINTWISE | IMAGES | SEQUENCES
#: How far each may be from tf.keras's; the same bits where nothing is said.
BOUNDS: Bounds = POINTWISE_BOUNDS | IMAGE_BOUNDS | SEQUENCE_BOUNDS

__all__ = ["BOUNDS", "DRAWS", "Draw", "Drawn"]
