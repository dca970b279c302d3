"""Powers and their kin by the C library, one number at a time.

tf.keras works out beta**t and its schedules with the C library's scalar functions;
`np.power` rounds differently in 16 % (float32) and 5 % (float64) of such powers. Every
function takes and returns scalars of one dtype, float32 or float64, inside kernels;
called from Python each returns a float that has the value exactly.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels.jit import kernel


@kernel
def _power(x: Any, y: Any) -> Any:
    """Raise `x` to `y`: powf or pow, by the dtype of both."""
    return x**y


@kernel
def power(x: Any, y: Any) -> Any:
    """Return x**y by the C library; a subnormal result is flushed to 0.

    Parameters
    ----------
    x, y : float32 or float64
        Both of one dtype, which is the dtype of the result.
    """
    result = _power(x, y)
    smallest = np.finfo(result).tiny
    return result if abs(result) >= smallest else result - result


@kernel
def cosine(x: Any) -> Any:
    """Return cos x: cosf or cos, by the dtype of `x`."""
    return math.cos(x)


@kernel
def logarithm(x: Any) -> Any:
    """Return the natural logarithm: logf or log, by the dtype of `x`."""
    return math.log(x)


@kernel
def exponential(x: Any) -> Any:
    """Return e**x: expf or exp, by the dtype of `x`."""
    return math.exp(x)
