"""Checks of what a loss is given; every message names the first offending row."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError

Array = npt.NDArray[Any]


def predictions(y_pred: npt.ArrayLike) -> Array:
    """Return predictions as a contiguous matrix of float32 or float64.

    Parameters
    ----------
    y_pred : array_like, shape (n,) or (n, u)
        One dimension stands for one output a sample.
    """
    p = np.asarray(y_pred)
    if p.dtype not in (np.float32, np.float64):
        raise InputError(
            f"`y_pred` must be float32 or float64. Received: dtype {p.dtype}"
        )
    if p.ndim not in (1, 2) or p.size == 0:
        raise InputError(
            "`y_pred` must have shape (samples,) or (samples, outputs), and not be "
            f"empty. Received: shape {p.shape}"
        )
    return np.ascontiguousarray(p.reshape(p.shape[0], -1))


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
    """Return `values` as an array of numbers or booleans."""
    array = np.asarray(values)
    if array.dtype == object:
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError):
            array = array.astype(str)
    if array.dtype.kind not in "biuf":
        first = f", first {array.reshape(-1)[0]!s}" if array.size else ""
        raise InputError(
            f"`{name}` must be numbers; text and dates have to be encoded first. "
            f"Received: dtype {array.dtype}{first}"
        )
    return array


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
    column = f", column {place[1]}" if len(place) > 1 and wrong.shape[1] > 1 else ""
    raise InputError(
        f"`{name}` {rule}. Received: {values[place]} in row {place[0]}{column} "
        f"({rows} of {len(wrong)} rows are wrong).{' ' if hint else ''}{hint}"
    )


def matrix(
    y: npt.ArrayLike, n: int | None, u: int, broadcast: bool, hint: str = ""
) -> Array:
    """Return targets with one number an output, shape (n, u), of any numeric dtype.

    Parameters
    ----------
    y : array_like
        Shape (n, u), or (n,) for one output.
    n : int or None
        How many samples there should be, where that is known.
    u : int
        Outputs.
    broadcast : bool
        Whether one column may stand for all u, as tf.keras silently lets it.
    hint : str
        What to say to somebody whose targets are a vector of labels.
    """
    found = numeric("y_true", y)
    if found.ndim == 1:
        found = found.reshape(-1, 1)
    fits = found.ndim == 2 and (found.shape[1] == u or (broadcast and u > 1))
    if fits and found.shape[1] != u:
        fits = found.shape[1] == 1
    if not fits or (n is not None and len(found) != n) or len(found) == 0:
        rows = "n" if n is None else str(n)
        expected = f"({rows}, {u})" + (f" or ({rows},)" if u == 1 else "")
        column = found.ndim == 2 and found.shape[1] == 1
        raise InputError(
            f"`y_true` must have shape {expected}, one target an output. Received: "
            f"shape {np.shape(y)}.{' ' + hint if hint and column and u > 1 else ''}"
        )
    return np.broadcast_to(found, (len(found), u))
