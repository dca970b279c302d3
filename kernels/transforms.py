"""Elementwise passes around the update rule."""

from __future__ import annotations

from typing import Any

from optlab.kernels.floating_point import flush_on, restore
from optlab.kernels.jit import kernel


@kernel
def moving_average(average: Any, param: Any, momentum: Any) -> None:
    """Move `average` towards `param`: momentum * average + (1 - momentum) * param."""
    mode = flush_on()
    rest = param.dtype.type(1) - momentum
    for i in range(param.size):
        average[i] = momentum * average[i] + rest * param[i]
    restore(mode)
