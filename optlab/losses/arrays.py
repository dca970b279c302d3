"""Checks of what a loss is given; every message names the first offending row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.typing import Array


def predictions(y_pred: npt.ArrayLike) -> Array:
    """Return predictions as a contiguous array of float32 or float64.

    Parameters
    ----------
    y_pred : array_like, shape (n,) or (n, ..., u)
        One dimension stands for one output a sample.
    """
    p = numeric("y_pred", y_pred)
    if p.dtype not in (np.float32, np.float64):
        raise InputError(
            f"`y_pred` must be float32 or float64. Received: dtype {p.dtype}"
        )
    if p.ndim == 0 or p.size == 0:
        raise InputError(
            "`y_pred` must have shape (samples,) or (samples, ..., outputs), and not "
            f"be empty. Received: shape {p.shape}"
        )
    return np.ascontiguousarray(p.reshape(-1, 1) if p.ndim == 1 else p)


def folded(y: Array, y_pred: Array) -> tuple[Array, Array]:
    """Return views of targets and predictions with all axes but the last in one.

    Parameters
    ----------
    y : ndarray
        As `Loss.prepare_targets` returned it: the shape of `y_pred`, or, for sparse
        labels, without the last axis.
    y_pred : ndarray, shape (n, ..., u)
        C-contiguous, both.
    """
    matrix = y_pred.reshape(-1, y_pred.shape[-1])
    return y.reshape(matrix.shape if y.ndim == y_pred.ndim else -1), matrix


def weights(
    sample_weight: npt.ArrayLike | None, n: int, dtype: np.dtype[Any]
) -> Array | None:
    """Return sample weights as a contiguous vector, or None.

    Parameters
    ----------
    sample_weight : array_like, shape (n,) or (n, 1), or None
        Negative ones are allowed, as in tf.keras.
    n : int
        How many samples there are.
    dtype : dtype
        That of the predictions.
    """
    if sample_weight is None:
        return None
    w = numeric("sample_weight", sample_weight)
    if w.shape not in ((n,), (n, 1)):
        raise InputError(
            f"`sample_weight` must have one weight a sample, shape ({n},). Received: "
            f"shape {w.shape}"
        )
    w = cast("sample_weight", w.reshape(n), dtype)
    return w


def numeric(name: str, values: npt.ArrayLike) -> Array:
    """Return `values` as an array of numbers or booleans.

    Masked arrays and matrices are refused: the mask would be lost, and a matrix has two
    axes whatever is done to it.
    """
    if isinstance(values, (np.ma.MaskedArray, np.matrix)):
        raise InputError(
            f"`{name}` must be a plain array: fill a masked one or drop its rows, take "
            f"`np.asarray` of a matrix. Received: {type(values).__name__}"
        )
    try:
        array = np.asarray(values)
    except ValueError:
        raise InputError(
            f"`{name}` must be an array of numbers. Received: rows of unequal length"
        ) from None
    if array.dtype == object:
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError, OverflowError):
            array = array.astype(str)
    if array.dtype.kind not in "biuf":
        first = f", first {array.reshape(-1)[0]!s}" if array.size else ""
        raise InputError(
            f"`{name}` must be numbers; text and dates have to be encoded first. "
            f"Received: dtype {array.dtype}{first}"
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)  # as kernels read


def cast(name: str, values: Array, dtype: np.dtype[Any]) -> Array:
    """Return `values` contiguous in `dtype`; NaN, inf and overflow are refused."""
    with np.errstate(over="ignore"):
        found = np.ascontiguousarray(values, dtype=dtype)
    refuse(name, values, ~np.isfinite(found), f"must be finite in {np.dtype(dtype)}")
    return found


def refuse(name: str, values: Array, wrong: Array, rule: str, hint: str = "") -> None:
    """Raise if any entry is wrong, naming the first row and value and how many.

    Parameters
    ----------
    name : str
        The argument.
    values, wrong : ndarray, the same shape
        What came, and where it breaks the rule.
    rule : str
        What the values must be: "must be in [0, 1]".
    hint : str
        A sentence to end with.
    """
    if not wrong.any():
        return
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    rows = int(wrong.reshape(len(wrong), -1).any(axis=1).sum())
    columns = ", ".join(map(str, place[1:])) if wrong[0].size > 1 else ""
    column = f", column {columns}" if columns else ""
    raise InputError(
        f"`{name}` {rule}. Received: {values[place]} in row {place[0]}{column} "
        f"({rows} of {len(wrong)} rows are wrong).{' ' if hint else ''}{hint}"
    )


def matching(
    y: npt.ArrayLike,
    n: int | None,
    shape: tuple[int, ...],
    broadcast: bool,
    hint: str = "",
) -> Array:
    """Return targets with one number an output, of any numeric dtype.

    Parameters
    ----------
    y : array_like
        Shape (n, *shape); the last axis may be left out for one output.
    n : int or None
        How many samples there should be, where that is known.
    shape : tuple of int
        A row's outputs.
    broadcast : bool
        Whether one column may stand for all outputs of the last axis, as tf.keras
        silently lets it.
    hint : str
        What to say to somebody whose targets are labels.
    """
    found = numeric("y_true", y)
    u = shape[-1]
    if found.ndim == len(shape):
        found = found.reshape(*found.shape, 1)
    fits = found.ndim == 1 + len(shape) and found.shape[1:-1] == shape[:-1]
    fits = fits and (found.shape[-1] == u or (broadcast and found.shape[-1] == 1))
    if not fits or (n is not None and len(found) != n) or len(found) == 0:
        rows = "n" if n is None else str(n)
        expected = shaped(rows, shape)
        if u == 1:
            expected += f" or {shaped(rows, shape[:-1])}"
        column = found.ndim == 1 + len(shape) and found.shape[-1] == 1
        raise InputError(
            f"`y_true` must have shape {expected}, one target an output. Received: "
            f"shape {np.shape(y)}.{' ' + hint if hint and column and u > 1 else ''}"
        )
    return np.broadcast_to(found, (len(found), *shape))


def shaped(rows: str, shape: tuple[int, ...]) -> str:
    """Write a shape, the number of rows first: (n, 3)."""
    lengths = [rows, *map(str, shape)]
    return f"({', '.join(lengths)}{',' if len(lengths) == 1 else ''})"
