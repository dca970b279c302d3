"""Which output layer and loss a task calls for."""

from __future__ import annotations

import numpy as np

from optlab.diagnosis import edits
from optlab.diagnosis.facts import Facts


def fitting_loss(facts: Facts) -> str:
    """Return the loss that goes with the targets' coding."""
    if facts.task == "regression":
        return "mean_squared_error"
    if facts.task == "several":
        return facts.loss
    if facts.task == "multilabel":
        return "binary_crossentropy"
    if facts.data.outputs > 1:
        return "categorical_crossentropy"
    units = int(facts.output["units"])
    if facts.task == "binary" and units == 1:
        return "binary_crossentropy"
    return "sparse_categorical_crossentropy"


def fitting_activation(facts: Facts) -> str:
    """Return the activation that goes with the targets."""
    if facts.task == "regression":
        return "linear"
    if facts.task == "several":
        return facts.final_activation
    loss = fitting_loss(facts)
    return "sigmoid" if loss == "binary_crossentropy" else "softmax"


def fitting_units(facts: Facts) -> int:
    """Return the units of the last layer that go with the targets' coding."""
    if facts.task in ("regression", "multilabel") or facts.data.outputs > 1:
        return int(facts.data.outputs)
    if fitting_loss(facts) == "binary_crossentropy":
        return 1
    highest = int(facts.labels.max()) if facts.labels.size else 0
    y_val = facts.data.y_val
    if y_val is not None and np.isfinite(y_val).any():
        highest = max(highest, int(y_val[np.isfinite(y_val)].max()))
    return max(int(facts.output["units"]), highest + 1)


def repaired_output(facts: Facts) -> edits.Edit:
    """Give the last layer the activation and units of the task."""
    if facts.task == "several":
        return edits.all_of()
    units = fitting_units(facts)
    changed = None if units == int(facts.output["units"]) else units
    return edits.all_of(
        edits.output_activation(fitting_activation(facts), changed),
        edits.setting("loss", from_logits=None, plain=None),
    )


def repaired_loss(facts: Facts) -> edits.Edit:
    """Use the loss of the task."""
    if facts.task == "several":
        return edits.all_of()
    name = fitting_loss(facts)

    def edit(tree: edits.Tree) -> edits.Tree:
        return {**tree, "loss": {"name": name}}

    return edit
