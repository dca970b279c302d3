r"""Weights by class: a row counts by the weight of its class.

As in tf.keras the loss of a batch is still divided by its number of rows, not by the
sum of weights; a class that is not named weighs 1; validation is not weighted.
``"balanced"`` is scikit-learn's rule, with n rows, K classes present and n_k rows of
class k:

.. math:: w_k = \frac{n}{K n_k}
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.typing import Array


def class_weights(
    class_weight: str | Mapping[Any, float], targets: Array, units: int
) -> tuple[dict[int, float], Array]:
    """Return the weight of each class, and of each row.

    Parameters
    ----------
    class_weight : "balanced" or mapping of class to weight
        Classes are integers, or strings that read as integers.
    targets : ndarray
        As the loss wants them: integer labels, one-hot rows, or 0 and 1.
    units : int
        The model's number of outputs.

    Raises
    ------
    InputError
        If rows have no single class, a class does not exist, or a weight is not a
        finite number of at least 0.
    """
    labels = class_labels(targets, units)
    classes = max(units, 2)
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise InputError(
                "`class_weight` must be 'balanced' or a table of class to weight. "
                f"Received: class_weight={class_weight!r}"
            )
        present, counts = np.unique(labels, return_counts=True)
        shares = len(labels) / (len(present) * counts)
        table = dict(zip(present.tolist(), shares.tolist(), strict=True))
    else:
        table = _checked(class_weight, classes)
    by_class = np.ones(classes)
    for label, weight in table.items():
        by_class[label] = weight
    return table, by_class[labels]


def class_labels(targets: Array, units: int) -> Array:
    """Return one integer label a row.

    Raises
    ------
    InputError
        If the targets are not classes.
    """
    if targets.ndim == 2 and targets.shape[1] > 1:
        one_hot = ((targets == 0) | (targets == 1)).all() and (
            targets.sum(axis=1) == 1
        ).all()
        if not one_hot:
            raise InputError(
                "`class_weight` needs one class a row. Received: targets of shape "
                f"{targets.shape} that are not one-hot"
            )
        chosen: Array = np.argmax(targets, axis=1)
        return chosen
    flat = targets.reshape(-1)
    labels = flat.astype(np.int64)
    if (labels != flat).any() or labels.min() < 0 or labels.max() >= max(units, 2):
        raise InputError(
            "`class_weight` needs integer class labels. Received: targets from "
            f"{flat.min():g} to {flat.max():g}"
        )
    return labels


def _checked(class_weight: Any, classes: int) -> dict[int, float]:
    if not isinstance(class_weight, Mapping):
        raise InputError(
            "`class_weight` must be 'balanced' or a table of class to weight. "
            f"Received: {type(class_weight).__name__}"
        )
    table = {}
    for key, weight in class_weight.items():
        try:
            label = int(key)
            exact = label == float(key)
        except (TypeError, ValueError):
            label, exact = -1, False
        if not exact or not 0 <= label < classes:
            raise InputError(
                f"`class_weight` must name classes from 0 to {classes - 1}. "
                f"Received: {key!r}"
            )
        number = isinstance(weight, (int, float, np.number))
        if not number or isinstance(weight, bool) or not 0 <= weight < np.inf:
            raise InputError(
                "`class_weight` must hold finite numbers of at least 0. "
                f"Received: {weight!r} for class {key!r}"
            )
        table[label] = float(weight)
    return table
