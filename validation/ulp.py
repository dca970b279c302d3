"""Distance in units in the last place.

The distance of two finite floats of one dtype is the number of representable values
between them, counting both zeros as one. An order-preserving map of the bit patterns to
integers makes it a subtraction:

    k(x) = bits(x)                where the sign bit is clear
    k(x) = -(bits(x) - sign bit)  where it is set
    ulp(a, b) = |k(a) - k(b)|
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

_INTEGERS: dict[type[np.generic], type[np.signedinteger[Any]]] = {
    np.float16: np.int16,
    np.float32: np.int32,
    np.float64: np.int64,
}

#: The dtypes that have a distance.
FLOATS = tuple(_INTEGERS)


def ordered(values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Map floats to integers so that neighbouring floats get neighbouring integers.

    Parameters
    ----------
    values : ndarray of float16, float32 or float64
        Any shape. Both zeros map to 0, infinity to one beyond the largest float.

    Raises
    ------
    TypeError
        Where the dtype is another one.
    """
    integer = _INTEGERS.get(values.dtype.type)
    if integer is None:
        raise TypeError(f"ULP distance needs floats. Received: dtype={values.dtype}")
    values = np.asarray(values, order="C")
    bits = values.view(integer).astype(np.int64)
    lowest = np.int64(np.iinfo(integer).min)
    return np.where(bits < 0, lowest - bits, bits)


def ulp_distance(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """Count the representable values between `a` and `b`, element by element.

    NaN has no distance: where either side is NaN the result is the largest uint64, also
    for NaN against NaN. Infinity is one step beyond the largest float.

    Parameters
    ----------
    a, b : ndarray
        Same shape, same dtype (float16, float32 or float64).

    Returns
    -------
    ndarray of uint64
        The distances; float64 of opposite sign can be more than 2**63 apart.

    Raises
    ------
    TypeError
        Where the dtypes differ or are not floats.
    ValueError
        Where the shapes differ.
    """
    a, b = np.asarray(a), np.asarray(b)
    if a.dtype != b.dtype:
        raise TypeError(f"dtypes must agree. Received: {a.dtype} and {b.dtype}")
    if a.shape != b.shape:
        raise ValueError(f"shapes must agree. Received: {a.shape} and {b.shape}")
    first, second = ordered(a), ordered(b)
    high = np.maximum(first, second).astype(np.uint64)
    low = np.minimum(first, second).astype(np.uint64)
    with np.errstate(over="ignore"):
        distance = high - low
    either = np.isnan(a) | np.isnan(b)
    return np.where(either, np.iinfo(np.uint64).max, distance)
