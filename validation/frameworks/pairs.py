"""Which optimizers of other frameworks are compared, and with which arguments.

Arguments are powers of two or sums of few, which float32 holds exactly: then what
differs in float64 is the formula and not the rounding of a constant.
"""

from __future__ import annotations

from optlab.validation.frameworks.library_pairs import COLLECTION
from optlab.validation.frameworks.optax_pairs import OPTAX
from optlab.validation.frameworks.pair import Pair
from optlab.validation.frameworks.timm_pairs import TIMM
from optlab.validation.frameworks.torch_pairs import TORCH

PAIRS: list[Pair] = [*TORCH, *OPTAX, *COLLECTION, *TIMM]
