"""The elastic-net penalty of a flat weight, and its gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.jit import kernel

#: Running sums side by side. Their order is fixed, so the result is; and the loop over
#: them is one vector instruction or two.
_LANES = 16


@kernel
def penalty(w: Any, factors: Any) -> Any:
    """Return ``factors[0] * sum(|w|) + factors[1] * sum(w * w)``, summed in float64."""
    absolute = np.zeros(_LANES)
    squared = np.zeros(_LANES)
    whole = w.size - w.size % _LANES
    for start in range(0, whole, _LANES):
        for lane in range(_LANES):
            value = np.float64(w[start + lane])
            absolute[lane] += abs(value)
            squared[lane] += value * value
    for i in range(whole, w.size):
        value = np.float64(w[i])
        absolute[0] += abs(value)
        squared[0] += value * value
    return factors[0] * absolute.sum() + factors[1] * squared.sum()


@kernel
def add_gradient(w: Any, factors: Any, grad: Any) -> None:
    """Add ``factors[0] * sign(w) + 2 * factors[1] * w`` to `grad`."""
    zero = w.dtype.type(0)
    one = w.dtype.type(1)
    l1 = factors[0]
    twice_l2 = factors[1] + factors[1]
    for i in range(w.size):
        p = w[i]
        sign = (one if p > zero else zero) - (one if p < zero else zero)
        grad[i] = (grad[i] + twice_l2 * p) + l1 * sign
