"""Checks and conversions at an optimizer's boundary, before anything is changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError, InputTypeError, shown
from optlab.kernels import sums
from optlab.kernels.floating_point import flush_subnormals
from optlab.lookup import takes
from optlab.optimizers.hyperparameters import LARGEST, as_float
from optlab.parameters import DTYPES, Parameters
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
        if not takes(value, 0):
            raise InputError(
                "The callable of `learning_rate` must take the step, and nothing else. "
                f"Received: learning_rate={value!r}"
            )
        return value
    rate = as_float(value)
    if rate is None or not abs(rate) <= LARGEST:
        raise InputError(
            "`learning_rate` must be a finite number, a schedule, or a callable of "
            f"the step. Received: learning_rate={shown(value)}"
        )
    return rate


def scheduled_rate(schedule: Any, step: int) -> float:
    """Return what a schedule gives for a step; beyond float32 it is infinite."""
    value = schedule(step)
    try:
        rate = float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"The schedule of `learning_rate` must return a number. Received: {value!r}"
            f" at step {step}"
        ) from None
    return math.copysign(math.inf, rate) if abs(rate) > LARGEST else rate


def as_list(name: str, tensors: Any) -> Any:
    """Return the arrays of an argument, or say that it holds none."""
    if tensors.__class__ is list:
        return tensors
    if not isinstance(tensors, (list, tuple, Parameters)):
        raise InputTypeError(
            f"`{name}` must be a list of NumPy arrays or an arena of `Parameters`. "
            f"Received: {type(tensors).__name__}"
        )
    return list(tensors)


def _check_class(name: str, array: Any) -> None:
    """Raise unless it is a plain array; what a matrix or a mask means is not known."""
    if type(array) is np.ndarray:
        return
    hint = ""
    if isinstance(array, np.ndarray):
        hint = ", a subclass. Pass `numpy.asarray(...)` of it, or what it masks filled"
    raise InputTypeError(
        f"`{name}` must be a NumPy array. Received: {type(array).__name__}{hint}"
    )


def check_arrays(arrays: Sequence[Any]) -> None:
    """Raise unless all can be parameters: one float dtype, updatable in place."""
    for k, array in enumerate(arrays):
        _check_class(f"params[{k}]", array)
        if array.dtype not in DTYPES:
            raise InputTypeError(
                f"`params[{k}]` must be float32 or float64. Received: {array.dtype}"
            )
        if not array.flags.carray:
            flags = array.flags
            raise InputError(
                f"`params[{k}]` must be C-contiguous, aligned and writeable, because "
                f"it is updated in place. Received: strides {array.strides} for shape "
                f"{array.shape}, aligned={flags.aligned}, writeable={flags.writeable}"
            )
    dtypes = sorted({array.dtype.name for array in arrays})
    if len(dtypes) > 1:
        raise InputTypeError(
            f"All parameters must have one dtype. Received: {', '.join(dtypes)}"
        )
    starts = [(array.ctypes.data, k) for k, array in enumerate(arrays) if array.size]
    for (first, j), (second, k) in itertools.pairwise(sorted(starts)):
        if second < first + arrays[j].nbytes:
            raise InputError(
                f"`params[{min(j, k)}]` and `params[{max(j, k)}]` share memory: a step "
                "would be taken twice there. Pass every array once."
            )


def is_same(new: Any, old: Array) -> bool:
    """Tell whether an array is one that is known, or another view of all of it."""
    return new is old or (
        type(new) is np.ndarray
        and new.shape == old.shape
        and new.dtype == old.dtype
        and bool(new.flags.carray)
        and new.ctypes.data == old.ctypes.data
    )


def owner_of(array: Any) -> Any:
    """Return what owns an array's memory: mostly an array."""
    while True:
        if isinstance(array, np.ndarray) and array.base is not None:
            array = array.base
        elif isinstance(array, memoryview):
            array = array.obj
        else:
            return array


def check_gradient(
    grad: Any, k: int, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> None:
    """Raise unless a gradient has its parameter's shape and dtype."""
    _check_class(f"grads[{k}]", grad)
    if grad.shape != shape:
        raise InputError(
            f"`grads[{k}]` must have its parameter's shape {shape}. "
            f"Received: shape {grad.shape}"
        )
    if grad.dtype != dtype:
        raise InputTypeError(
            f"`grads[{k}]` must have its parameter's dtype {dtype.name}. "
            f"Received: {grad.dtype.name}"
        )


def read_only(arrays: Sequence[Array]) -> InputError:
    """Return the error for parameters of which one may not be written any more."""
    k = [array.flags.writeable for array in arrays].index(False)
    return InputError(
        f"`params[{k}]` was made read-only after the optimizer was built. "
        "Nothing is written to it."
    )


def flat(array: Array) -> Array:
    """Return a flat array of the same values that loops can read, a view if possible.

    A read-only array is another type to Numba, which would compile all loops for it.
    """
    if not array.flags.carray:
        array = np.array(array, order="C")
    row: Array = array if array.ndim == 1 else array.reshape(-1)
    return row
