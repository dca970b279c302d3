"""Checks and conversions at an optimizer's boundary, before anything is changed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optlab.kernels import sums
from optlab.kernels.floating_point import flush_subnormals
from optlab.parameters import DTYPES
from optlab.typing import Array as Array


def float32_rounded(value: float) -> float:
    """Round to float32, as tf.keras does even for float64 parameters.

    It keeps the rate in a float32 variable, and casts Python numbers through float32.
    """
    return float(np.float32(value))


def global_factor(squares: Array, bound: float) -> Any:
    """Return the factor that clips all gradients to a joint norm of `bound`.

    Parameters
    ----------
    squares : ndarray, shape (tensors,)
        The sum of squares of each gradient.
    bound : float
        The largest joint L2 norm.
    """
    number = squares.dtype.type
    with flush_subnormals(), np.errstate(all="ignore"):
        norm = np.sqrt(number(sums.sum_eigen(squares)))
        ratio = np.minimum(number(1) / norm, number(1.0 / bound))
        return number(bound) * ratio + (norm - norm)


def checked_rate(value: Any) -> Any:
    """Return the rate as a float or a callable, or raise."""
    if isinstance(value, Mapping):
        from optlab import schedules

        return schedules.get(dict(value))
    if callable(value):
        return value
    try:
        rate = float(value)
    except (TypeError, ValueError):
        rate = math.nan
    if isinstance(value, (str, bool)) or not math.isfinite(rate):
        raise ValueError(
            "`learning_rate` must be a finite number, a schedule, or a callable of "
            f"the step. Received: learning_rate={value!r}"
        )
    return rate


def check_arrays(arrays: Sequence[Any]) -> None:
    """Raise unless all can be parameters: one float dtype, updatable in place."""
    for k, array in enumerate(arrays):
        if not isinstance(array, np.ndarray):
            raise TypeError(
                f"`params[{k}]` must be a NumPy array. Received: {type(array).__name__}"
            )
        if array.dtype not in DTYPES:
            raise TypeError(
                f"`params[{k}]` must be float32 or float64. Received: {array.dtype}"
            )
        if not (array.flags.c_contiguous and array.flags.writeable):
            raise ValueError(
                f"`params[{k}]` must be C-contiguous and writeable, because it is "
                f"updated in place. Received: strides {array.strides} for shape "
                f"{array.shape}, writeable={array.flags.writeable}"
            )
    dtypes = sorted({array.dtype.name for array in arrays})
    if len(dtypes) > 1:
        raise TypeError(
            f"All parameters must have one dtype. Received: {', '.join(dtypes)}"
        )


def checked_gradient(
    grad: Any, k: int, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """Return a gradient that the loops can read, or say what is wrong with it."""
    if not isinstance(grad, np.ndarray):
        raise TypeError(
            f"`grads[{k}]` must be a NumPy array. Received: {type(grad).__name__}"
        )
    if grad.shape != shape:
        raise ValueError(
            f"`grads[{k}]` must have its parameter's shape {shape}. "
            f"Received: shape {grad.shape}"
        )
    if grad.dtype != dtype:
        raise TypeError(
            f"`grads[{k}]` must have its parameter's dtype {dtype.name}. "
            f"Received: {grad.dtype.name}"
        )
    return grad


def flat(array: Array) -> Array:
    """Return a contiguous flat array of the same values, a view where possible."""
    if array.ndim == 1 and array.flags.c_contiguous:
        return array  # a step of 100 parameters takes 2 microseconds in all
    return np.ascontiguousarray(array).reshape(-1)
