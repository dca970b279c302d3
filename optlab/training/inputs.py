"""Rows of data, checked once and laid out for the loop, before anything is changed."""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.losses.arrays import numeric
from optlab.typing import Array

#: Rows that enter the fingerprint of a data set, spread evenly over it.
_SAMPLED_ROWS = 4096


def prepare_x(
    x: Any,
    input_shape: tuple[int, ...],
    dtype: npt.DTypeLike,
    name: str = "x",
    check_finite: bool = True,
) -> Array:
    """Return the inputs as a contiguous array of the model's dtype.

    Parameters
    ----------
    x : array_like, shape (rows, *input_shape)
        Numbers; shape (rows,) will do where `input_shape` is (1,).
    input_shape : tuple of int
        One row's shape.
    dtype : dtype
        What the model computes in.
    name : str
        The argument's name, for messages.
    check_finite : bool
        Whether NaN and infinity are refused.

    Raises
    ------
    InputError
        If there are no rows, a shape is wrong, or a value is no (finite) number; the
        message names the first such row and column.
    """
    array = numeric(name, x)
    if array.ndim == 1 and tuple(input_shape) == (1,):
        array = array.reshape(-1, 1)
    if array.ndim == 0 or array.shape[1:] != tuple(input_shape):
        expected = ", ".join(["rows", *(str(n) for n in input_shape)])
        raise InputError(
            f"`{name}` must have the shape ({expected}) that the model takes. "
            f"Received: shape {array.shape}"
        )
    if len(array) == 0:
        raise InputError(
            f"`{name}` must have at least one row. Received: shape {array.shape}"
        )
    with np.errstate(over="ignore"):
        cast = np.ascontiguousarray(array, dtype)
    if check_finite:
        _refuse_non_finite(cast, array, name)
    return cast


def prepare_y(
    y: Any,
    loss: Any,
    output_shape: tuple[int, ...],
    dtype: npt.DTypeLike,
    rows: int,
    name: str = "y",
    check_finite: bool = True,
    strict: bool = True,
) -> Array:
    """Return the targets as the loss's fast path wants them.

    Without `strict` it accepts what tf.keras trains on without complaint; see
    `Loss.prepare_targets`.

    Raises
    ------
    InputError
        If there are not as many as rows, or the loss refuses them.
    """
    array = numeric(name, y)
    if array.ndim == 0 or len(array) != rows:
        received = "a single number" if array.ndim == 0 else f"{len(array)} rows"
        raise InputError(
            f"`{name}` must have as many rows as its inputs: {rows} expected. "
            f"Received: {received}"
        )
    broken = _non_finite(array)
    if broken is None:
        return _prepared(loss, array, output_shape, dtype, name, strict)
    if check_finite:
        _refuse_non_finite(array, array, name)
    # Diagnosis wants to see what a NaN among the targets does, so it goes back in.
    filled = np.where(broken, array.dtype.type(0), array)
    prepared = np.array(_prepared(loss, filled, output_shape, dtype, name, strict))
    if prepared.dtype.kind == "f" and prepared.size == array.size:
        prepared = np.array(prepared)  # a broadcast view cannot be written to
        flat, bad = prepared.reshape(-1), broken.reshape(-1)
        flat[bad] = array.reshape(-1)[bad]
        return prepared
    raise InputError(f"`{name}` holds NaN or infinity, which cannot be a class label.")


def prepare_weights(weights: Any, rows: int, dtype: npt.DTypeLike, name: str) -> Array:
    """Return sample weights, shape (rows,), in the model's dtype.

    Raises
    ------
    InputError
        If there are not as many as rows, or one is not a finite number.
    """
    array = numeric(name, weights)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.reshape(-1)
    if array.shape != (rows,):
        raise InputError(
            f"`{name}` must hold one weight a row, shape ({rows},). "
            f"Received: shape {array.shape}"
        )
    _refuse_non_finite(array, array, name)
    if (array < 0).any():
        row = int(np.flatnonzero(array < 0)[0])
        raise InputError(
            f"`{name}` must not be negative. Received: {array[row]} in row {row}"
        )
    return np.array(array, dtype, order="C")


def split_tail(rows: int, validation_split: float) -> int:
    """Return how many rows train, the last ones being for validation, as in tf.keras.

    Raises
    ------
    InputError
        If the fraction is not in [0, 1), or leaves no row on one side.
    """
    fraction = validation_split
    number = isinstance(fraction, (int, float, np.number))
    if not number or isinstance(fraction, bool) or not 0 <= fraction < 1:
        raise InputError(
            "`validation_split` must be in [0, 1). "
            f"Received: validation_split={fraction!r}"
        )
    kept = math.floor(rows * (1.0 - fraction)) if fraction else rows
    if fraction and (kept == 0 or kept == rows):
        side = "training" if kept == 0 else "validation"
        raise InputError(
            f"`validation_split={fraction}` of {rows} rows leaves none for {side}."
        )
    return kept


def fingerprint(*arrays: Array | None) -> int:
    """Return a checksum of shapes and of evenly spread rows, to know data again."""
    found = 0
    for array in arrays:
        if array is None:
            found = zlib.crc32(b"none", found)
            continue
        every = -(-len(array) // _SAMPLED_ROWS)
        found = zlib.crc32(f"{array.shape}{array.dtype.str}".encode(), found)
        found = zlib.crc32(np.ascontiguousarray(array[::every]).tobytes(), found)
    return found


def _prepared(
    loss: Any,
    array: Array,
    output_shape: tuple[int, ...],
    dtype: npt.DTypeLike,
    name: str,
    strict: bool,
) -> Array:
    try:
        prepared = loss.prepare_targets(array, output_shape, dtype, strict)
    except InputError as error:
        if name == "y":
            raise
        raise InputError(f"In `{name}`: {error}") from error
    found: Array = np.ascontiguousarray(prepared)
    return found


def _non_finite(array: Array) -> Array | None:
    """Return where an array is not finite, None where it is."""
    if array.dtype.kind != "f":
        return None
    # A sum tells of most arrays that they are finite, without a mask of their size.
    with np.errstate(all="ignore"):
        if math.isfinite(float(array.sum(dtype=np.float64))):
            return None
    broken: Array = ~np.isfinite(array)
    return broken if broken.any() else None


def _refuse_non_finite(cast: Array, given: Array, name: str) -> None:
    broken = _non_finite(cast)
    if broken is None:
        return
    first = tuple(int(i) for i in np.argwhere(broken)[0])
    value = given[first]
    total = int(broken.sum())
    place = f"row {first[0]}"
    if len(first) > 1:
        place += f", column {', '.join(str(i) for i in first[1:])}"
    more = f" and {total - 1} more" if total > 1 else ""
    if np.isfinite(value):
        raise InputError(
            f"`{name}` does not fit {cast.dtype.name}: {value:g} in {place}{more} "
            "(counted from 0)."
        )
    kind = "NaN" if np.isnan(value) else "infinity"
    raise InputError(
        f"`{name}` must be finite. Received: {kind} in {place}{more} (counted from 0)"
    )
