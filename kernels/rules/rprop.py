r"""Rprop: each parameter has a step of its own, which grows while the sign stays.

.. math::
    \delta &\leftarrow \mathrm{clip}(\delta \cdot
        (\eta^+ \text{ if } g\, g_{t-1} > 0,\;
         \eta^- \text{ if } g\, g_{t-1} < 0,\; 1),\;
        \delta_{\min}, \delta_{\max}) \\
    w &\leftarrow w - \delta\, \mathrm{sign}(g)

Where the sign has changed, no step is taken and the gradient counts as 0. The steps
begin at the rate, which is not used again. For full batches. tf.keras has none; torch
agrees, and optax returns the update of the step before.

References
----------
Riedmiller, Braun, A direct adaptive method for faster backpropagation learning: the
RPROP algorithm, 1993.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("previous_gradient", "step_size")


def rprop(
    param: Any,
    grad: Any,
    previous: Any,
    size: Any,
    first: Any,
    learning_rate: Any,
    growth: Any,
    shrinkage: Any,
    least: Any,
    most: Any,
    one: Any,
) -> Any:
    """Let the step grow or shrink, then take it."""
    size = np.where(first > 0, learning_rate, size)
    agreed = grad * previous
    factor = np.where(agreed > 0, growth, np.where(agreed < 0, shrinkage, one))
    size = np.maximum(np.minimum(size * factor, most), least)
    kept = np.where(agreed < 0, one - one, grad)
    param = param - np.sign(kept) * size
    return param, kept, size


def rprop_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    growth: Any,
    shrinkage: Any,
    smallest_step: Any,
    largest_step: Any,
) -> Any:
    """Tell the first step, where the sizes begin."""
    first = one if step <= one else one - one
    return first, learning_rate, growth, shrinkage, smallest_step, largest_step, one
