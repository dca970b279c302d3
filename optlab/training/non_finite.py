"""Where the first NaN or infinity arose.

A step computes activations, loss, gradients (last layer first), weights, in this order.
The loop looks at the loss only, which costs nothing; when it is not finite, the tensors
that are still in memory tell the rest: the gradients of the step before, the weights
that its update left, then this step's inputs and activations.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from optlab.typing import Array


def locate(
    model: Any,
    loss: float,
    epoch: int,
    step: int,
    rows: Array | None = None,
    batch: tuple[Array, Array] | None = None,
) -> dict[str, Any]:
    """Describe the first tensor that is not finite.

    Parameters
    ----------
    model : Sequential
        After the forward pass of `step`, before its backward pass; or, where `batch` is
        None, after an update.
    loss : float
        The step's loss.
    epoch, step : int
        Where the loop is, counted from 0.
    rows : ndarray of int, optional
        Which rows of the data the batch took.
    batch : (ndarray, ndarray), optional
        The batch's inputs and targets.

    Returns
    -------
    dict
        "what", "kind" ("gradient", "weight", "input", "target", "activation" or
        "loss"), "value" ("NaN" or "inf"), "epoch", "step" (of the tensor: a gradient
        belongs to the step before), and "message".
    """
    kind, name, values, earlier = _first(model, loss, step, batch)
    value = _value(values)
    at = step - 1 if earlier else step
    found: dict[str, Any] = {
        "what": name,
        "kind": kind,
        "value": value,
        "epoch": epoch,
        "step": at,
    }
    message = f"{name} became {value} in step {at} of epoch {epoch}, counted from 0"
    if kind in ("input", "target") and rows is not None:
        bad = np.argwhere(~np.isfinite(values))[0]
        found["row"] = int(rows[bad[0]])
        message += f" (row {found['row']} of the data"
        if kind == "input":
            place = [int(number) for number in bad[1:]]
            found["column"] = place[0] if len(place) == 1 else place
            message += f", column {', '.join(map(str, place))}"
        message += ")"
    if kind != "loss" and not math.isfinite(loss):
        message += f"; the loss was then {_value(np.array([loss]))}"
    found["message"] = f"{message}."
    return found


def _first(
    model: Any, loss: float, step: int, batch: tuple[Array, Array] | None
) -> tuple[str, str, Array, bool]:
    """Return kind, name and values, and whether the tensor is of the step before."""
    after_update = batch is None
    if after_update or step > 0:
        gradients = model.gradients
        for name, values in reversed(
            list(zip(gradients.names, gradients.arrays, strict=True))
        ):
            if not np.isfinite(values).all():
                return "gradient", f"gradient of {name}", values, True
        for name, values in _weights(model):
            return "weight", f"weight {name}", values, True
    if batch is not None:
        for name, values in _weights(model):
            return "weight", f"weight {name}", values, False
        for kind, name, values in (
            ("input", "input x", batch[0]),
            ("target", "target y", batch[1]),
        ):
            if not np.isfinite(values).all():
                return kind, name, values, False
        for name, values in _broken(model.activations()):
            return "activation", f"output of layer {name}", values, False
    return "loss", "loss", np.array([loss]), after_update


def _weights(model: Any) -> Iterator[tuple[str, Array]]:
    return _broken(model.weights)


def _broken(named: Iterable[tuple[str, Array]]) -> Iterator[tuple[str, Array]]:
    for name, values in named:
        if not np.isfinite(values).all():
            yield name, values


def _value(values: Array) -> str:
    """Return what to call the broken numbers; infinity comes before its NaNs."""
    if np.isinf(values).any():
        return "inf"
    return "NaN" if np.isnan(values).any() else f"{values.flat[0]:g}"
