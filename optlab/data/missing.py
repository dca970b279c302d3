"""Missing and infinite values: refused, dropped, or filled in."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from optlab.data.raw import Raw
from optlab.errors import InputError

Missing = Literal["refuse", "drop", "mean", "median"]


def absent(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Mark what is missing: None among texts; NaN and infinities among numbers."""
    if values.dtype == object:
        gone = np.array([value is None for value in values.ravel()], bool)
        return gone.reshape(values.shape)
    if values.dtype.kind == "f":
        return np.asarray(~np.isfinite(values))
    return np.zeros(values.shape, bool)


def _what(value: object) -> str:
    if value is None or np.isnan(value):  # type: ignore[call-overload]
        return "is missing (NaN)"
    return f"is {value}"


_ADVICE = {
    "input": "Set [data] missing = 'drop', 'mean' or 'median'.",
    "target": "A target cannot be filled in; set [data] missing = 'drop'.",
}


def _refuse(raw: Raw, part: str, x: Any, y: Any) -> None:
    """Raise for the first missing value of `x`, then of `y`."""
    for values, names, role in (
        (x, raw.feature_names, "input"),
        (y, raw.target_names, "target"),
    ):
        gone = absent(values)
        if not gone.any():
            continue
        place = np.argwhere(gone)[0]
        column = int(place[1]) if len(place) > 1 else 0
        name = names[column].split("=")[0] if role == "input" else names[column]
        count = int(gone.sum())
        more = f" ({count} such values in all)" if count > 1 else ""
        raise InputError(
            f"{part}{raw.locate(int(place[0]), name)}: the {role} "
            f"{_what(values[tuple(place)])}{more}. {_ADVICE[role]}"
        )


def _kept(x: Any, y: Any) -> npt.NDArray[np.bool_]:
    """Mark the rows without any missing value."""
    gone = absent(x).any(axis=1)
    missing = absent(y)
    return np.asarray(~(gone | (missing if y.ndim == 1 else missing.any(axis=1))))


def screen(raw: Raw, how: Missing, strict: bool) -> None:
    """Refuse or drop rows of `raw`, in place, as `how` says.

    Parameters
    ----------
    raw : Raw
    how : {"refuse", "drop", "mean", "median"}
        For "mean" and "median" only missing targets are looked for: they cannot be
        filled in, so that they are refused.
    strict : bool
        Whether anything is refused at all.

    Raises
    ------
    InputError
        If a value is missing and `how` is "refuse", naming row and column; or if no
        row is left.
    """
    parts: list[tuple[str, Any, Any]] = [("", raw.x, raw.y)]
    if raw.x_val is not None:
        parts.append(("validation rows of ", raw.x_val, raw.y_val))
    if how == "drop":
        kept = [_kept(x, y) for _, x, y in parts]
        raw.x, raw.y = raw.x[kept[0]], raw.y[kept[0]]
        if raw.x_val is not None and raw.y_val is not None:
            raw.x_val, raw.y_val = raw.x_val[kept[1]], raw.y_val[kept[1]]
        dropped = int(sum((~rows).sum() for rows in kept))
        if dropped:
            raw.notes.append(f"{dropped} rows with missing values dropped")
        if strict and dropped and not len(raw.x):
            raise InputError(f"{raw.source}: every row has a missing value.")
        return
    if not strict:
        return
    for part, x, y in parts:
        _refuse(raw, part, x if how == "refuse" else np.empty((0, 0)), y)


def fill(
    training: npt.NDArray[np.float64],
    validation: npt.NDArray[np.float64] | None,
    how: Missing,
    groups: list[list[int]],
    names: list[str],
    strict: bool,
) -> int:
    """Fill in missing inputs, in place, by what the training rows say.

    Parameters
    ----------
    training, validation : ndarray, shape (rows, features)
    how : {"mean", "median"}
        The statistic of the other values in the column. In the 0/1 columns of a
        categorical column, a missing category becomes the most frequent one.
    groups : list of list of int
        The columns that are indicators of one categorical column.
    names : list of str
        The columns, for a message.
    strict : bool
        Whether a column without any value is refused; else it becomes 0.

    Returns
    -------
    int
        How many input values were filled in.

    Raises
    ------
    InputError
        If a column has no value at all in the training rows.
    """
    statistic = np.nanmean if how == "mean" else np.nanmedian
    finite = np.isfinite(training)
    gaps = ~finite
    if validation is not None:
        gaps = np.concatenate([gaps, ~np.isfinite(validation)])
    columns = np.flatnonzero(gaps.any(axis=0))
    if not columns.size:
        return 0
    fills = np.zeros(training.shape[1])
    for column in columns:
        if not finite[:, column].any():
            if not strict:
                continue
            raise InputError(
                f"column {names[column]!r} has no value in the training rows, so none "
                "can be filled in. Leave it out with [data] features."
            )
        fills[column] = statistic(training[finite[:, column], column])
    for group in groups:
        counts = np.where(finite, training, 0.0)[:, group].sum(axis=0)
        fills[group] = np.eye(len(group))[counts.argmax()] if group else []
    for part in (training, validation):
        if part is not None:
            places = ~np.isfinite(part)
            part[places] = np.broadcast_to(fills, part.shape)[places]
    return int(gaps.sum())
