"""Targets: what task they set, class numbers for names, one-hot columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optlab.data.raw import Raw
from optlab.data.record import Task
from optlab.errors import InputError
from optlab.typing import Array


@dataclass
class Targets:
    """Encoded targets of all rows and of the validation rows, in one form."""

    y: Array
    y_val: Array | None
    task: Task
    class_names: list[str]


def _numbered(raw: Raw) -> list[str]:
    """Replace text targets of `raw` by class numbers; return the classes by number.

    A missing text becomes NaN, so that it can be told from a class.
    """
    parts = [raw.y] if raw.y_val is None else [raw.y, raw.y_val]
    texts = [[str(v) for v in part if v is not None] for part in parts]
    names = sorted(set().union(*texts))
    number = {name: float(index) for index, name in enumerate(names)}

    def encode(part: Array) -> Array:
        codes = np.array([np.nan if v is None else number[str(v)] for v in part])
        return codes if np.isnan(codes).any() else codes.astype(np.int64)

    raw.y = encode(raw.y)
    raw.y_val = None if raw.y_val is None else encode(raw.y_val)
    return names


def _columns(y: Array) -> int:
    return 1 if y.ndim == 1 else int(y.shape[1])


def _task_of_columns(y: Array, classification: bool | None) -> Task:
    """Return the task that several target columns set."""
    usable = y[np.isfinite(y).all(axis=1)] if y.dtype.kind == "f" else y
    if classification is not True and y.dtype.kind == "f" and not usable.size:
        return "regression"
    if not np.isin(usable, (0, 1)).all():
        return "regression"
    if not (usable.sum(axis=1) == 1).all():
        return "multilabel"
    return "binary" if y.shape[1] == 2 else "multiclass"


def infer_task(y: Array, y_val: Array | None, classification: bool | None) -> Task:
    """Say what the targets ask for.

    Parameters
    ----------
    y, y_val : ndarray
        Numbers, one or several columns; NaN entries are ignored.
    classification : bool, optional
        Whether the loss is one for classes. Whole numbers are classes under such a
        loss; under any other they are amounts, unless all of them are 0 or 1.

    Returns
    -------
    {"binary", "multiclass", "multilabel", "regression"}
    """
    if y.ndim > 2:
        return "regression"
    if _columns(y) > 1:
        return _task_of_columns(y, classification)
    values = y.reshape(-1)
    if y_val is not None and _columns(y_val) == 1:
        values = np.concatenate([values, y_val.reshape(-1)])
    values = values[np.isfinite(values)]
    if not values.size or (values != np.round(values)).any():
        return "regression"
    distinct = np.unique(values)
    if classification:
        return "binary" if len(distinct) <= 2 else "multiclass"
    return "binary" if np.isin(distinct, (0, 1)).all() else "regression"


def _recoded(y: Array, classes: Array) -> Array:
    return np.searchsorted(classes, y).astype(np.int64)


def _same_form(y: Array, y_val: Array, task: Task) -> Array:
    """Give the validation targets the form of the training targets."""
    width, width_val = _columns(y), _columns(y_val)
    if task in ("binary", "multiclass") and width != width_val:
        if width_val == 1:
            labels = y_val.reshape(-1)
            if np.isin(labels, np.arange(width)).all():
                return np.eye(width, dtype=y.dtype)[labels.astype(np.int64)]
        elif width == 1 and _task_of_columns(y_val, True) in ("binary", "multiclass"):
            y_val = y_val.argmax(axis=1)
    if _columns(y_val) == 1 and width == 1:
        return y_val.reshape((len(y_val),) + (1,) * (y.ndim - 1))
    return y_val


def encode_targets(
    raw: Raw, classification: bool | None, one_hot: bool, strict: bool
) -> Targets:
    """Turn the targets of `raw` into numbers of one form.

    Parameters
    ----------
    raw : Raw
        Missing targets must have been refused or dropped, unless `strict` is false.
    classification : bool, optional
        Whether the loss is one for classes; None where it is not known.
    one_hot : bool
        Whether classes become one column each.
    strict : bool
        Whether targets that contradict the settings are refused.

    Raises
    ------
    InputError
        If text targets meet a loss for amounts, validation targets have another form
        than training targets, or `one_hot` is set for targets that are no classes.
    """
    names = list(raw.class_names)
    task = raw.task
    texts = raw.y.dtype == object
    if raw.y_val is not None and (raw.y_val.dtype == object) != texts:
        raise InputError(
            f"{raw.source}: y and y_val must both hold text or both numbers. "
            f"Received: dtypes {raw.y.dtype} and {raw.y_val.dtype}"
        )
    if texts:
        names = _numbered(raw)
        task = "binary" if len(names) <= 2 else "multiclass"
        if strict and classification is False and len(names) > 2 and not one_hot:
            raise InputError(
                f"[loss] needs numbers, and {raw.target_names[0]!r} holds {len(names)} "
                f"classes ({', '.join(names[:4])}, ...). Use a cross-entropy, or set "
                "[data] one_hot = true."
            )
    y = raw.y.astype(np.int64) if raw.y.dtype.kind == "b" else raw.y
    y_val = raw.y_val
    if y_val is not None and y_val.dtype.kind == "b":
        y_val = y_val.astype(np.int64)
    task = task or infer_task(y, y_val, True if one_hot else classification)
    single = task in ("binary", "multiclass") and _columns(y) == 1
    if one_hot and not single and (task in ("regression", "multilabel")) and strict:
        raise InputError(
            f"[data] one_hot needs one class a row. Received: a {task} target"
        )
    if single:
        finite = np.isfinite(y) if y.dtype.kind == "f" else np.ones(y.shape, bool)
        classes = np.unique(y[finite]).astype(np.int64)
        if finite.all():
            y = y.astype(np.int64)
        if y_val is not None:
            y_val = _same_form(y, y_val, task)
            if np.isfinite(y_val).all():
                classes = np.union1d(classes, y_val.astype(np.int64))
                y_val = y_val.astype(np.int64)
        renumber = (raw.recode or one_hot) and finite.all()
        if renumber and not np.array_equal(classes, np.arange(len(classes))):
            y = _recoded(y, classes)
            y_val = None if y_val is None else _recoded(y_val, classes)
            raw.notes.append(
                f"classes {', '.join(map(str, classes[:8]))}"
                f"{', ...' if len(classes) > 8 else ''} of {raw.target_names[0]!r} "
                f"numbered from 0"
            )
            names = [str(label) for label in classes]
        names = names or [str(label) for label in classes]
        if one_hot and finite.all():
            wide = np.eye(max(len(names), len(classes)))
            y = wide[y.reshape(-1)]
            y_val = None if y_val is None else wide[y_val.reshape(-1)]
    elif y_val is not None:
        y_val = _same_form(y, y_val, task)
        if task in ("binary", "multiclass") and not names:
            names = [str(label) for label in range(_columns(y))]
    elif task in ("binary", "multiclass") and not names:
        names = [str(label) for label in range(_columns(y))]
    if strict and y_val is not None and y.shape[1:] != y_val.shape[1:]:
        raise InputError(
            f"{raw.source}: y_val must have the form of y, {_columns(y)} columns. "
            f"Received: shape={y_val.shape}"
        )
    return Targets(y, y_val, task, names if task != "regression" else [])
