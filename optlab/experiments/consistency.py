"""Do last layer, loss and labels fit? Checked before a run, in the file's own words."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.data import Data
from optlab.errors import InputError


def _sparse(data: Data, units: int, target: str) -> str | None:
    if data.outputs > 1:
        return (
            f"[loss] sparse_categorical_crossentropy needs class numbers, and {target} "
            f"has {data.outputs} columns. Use categorical_crossentropy."
        )
    if data.task == "regression":
        return (
            "[loss] sparse_categorical_crossentropy needs class numbers, and "
            f"{target} holds other numbers. Use mean_squared_error."
        )
    low, high = int(data.y.min()), int(data.y.max())
    if data.y_val is not None and data.y_val.size:
        low, high = min(low, int(data.y_val.min())), max(high, int(data.y_val.max()))
    if low < 0 or high >= units:
        return (
            f"[model] the last layer has {units} units, for classes 0 to {units - 1}. "
            f"Received: labels from {low} to {high} in {target}"
        )
    return None


def _categorical(data: Data, units: int, target: str) -> str | None:
    if data.outputs == 1 and data.task != "regression":
        return (
            f"[loss] categorical_crossentropy needs one column a class, and {target} "
            "holds class numbers. Set [data] one_hot = true, or use "
            "sparse_categorical_crossentropy."
        )
    return _columns(data, units, target)


def _binary(data: Data, units: int, target: str) -> str | None:
    found = _columns(data, units, target)
    if found:
        return found
    if data.task == "multiclass" and data.outputs == 1:
        return (
            f"[loss] binary_crossentropy needs two classes, and {target} has "
            f"{len(data.class_names)}. Use sparse_categorical_crossentropy and "
            f"{len(data.class_names)} units in the last layer."
        )
    low, high = float(data.y.min()), float(data.y.max())
    if low < 0 or high > 1:
        return (
            "[loss] binary_crossentropy needs labels from 0 to 1. "
            f"Received: from {low:g} to {high:g} in {target}"
        )
    return None


def _columns(data: Data, units: int, target: str) -> str | None:
    if data.outputs == units:
        return None
    hint = ""
    if data.outputs == 1 and len(data.class_names) == units:
        hint = " Set [data] one_hot = true."
    return (
        f"[model] the last layer has {units} units, and {target} has {data.outputs} "
        f"column{'s' * (data.outputs > 1)}; they must be as many.{hint}"
    )


_CHECKS = {
    "SparseCategoricalCrossentropy": _sparse,
    "CategoricalCrossentropy": _categorical,
    "BinaryCrossentropy": _binary,
}


def check_fit(model: Any, loss: Any, data: Data) -> None:
    """Raise where the last layer, the loss and the targets do not fit together.

    Parameters
    ----------
    model : Sequential
    loss : Loss
    data : Data

    Raises
    ------
    InputError
        What does not fit, and a change of the experiment that would make it fit.
    """
    if not np.isfinite(data.y).all():
        raise InputError("the targets hold NaN or infinite values.")
    units = model.output_shape[-1]
    target = f"the target {', '.join(data.target_names[:3])!r}"
    one_axis = len(model.output_shape) == 1
    problem = None
    if one_axis:
        problem = _CHECKS.get(type(loss).__name__, _columns)(data, units, target)
    if problem:
        raise InputError(problem)
    for y in (data.y, data.y_val):
        if y is not None and len(y):
            loss.prepare_targets(y, model.output_shape, model.dtype)
