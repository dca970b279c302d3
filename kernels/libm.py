"""Powers and their kin by the C library, one number at a time.

tf.keras works out beta**t and its schedules with the C library's scalar functions;
`np.power` rounds differently in 16 % (float32) and 5 % (float64) of such powers.
"""

from __future__ import annotations

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
    return result if abs(result) >= smallest else x - x
