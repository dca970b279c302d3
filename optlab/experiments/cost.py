"""How long a training takes, roughly.

What decides whether worker processes pay, and how much a diagnosis can afford.
"""

from __future__ import annotations

from typing import Any

from optlab.experiments.building import Built

#: Seconds of a multiplication with its addition, on one thread; of a layer's calls in
#: a step; of a step on an analytic function, recorded. Fitted to the 19 shipped
#: experiments on two busy processors: the estimates are within a factor of 4 of them.
MULTIPLY_ADD, LAYER, STEP = 2e-10, 4e-5, 3e-4


def seconds_of_epoch(built: Built) -> float:
    """Return an estimate of the seconds of one epoch of training."""
    rows = 0 if built.data is None else len(built.data.x)
    products = 3 * rows * built.model.multiply_adds
    return float(
        MULTIPLY_ADD * products + LAYER * (len(built.model.layers) + 1) * built.batches
    )


def seconds_of_rows(model: Any, rows: int) -> float:
    """Return an estimate of the seconds of a forward pass of so many rows."""
    return float(MULTIPLY_ADD * model.multiply_adds * rows)


def seconds_of(built: Built) -> float:
    """Return an estimate of the seconds of a whole training."""
    arguments = built.fit_arguments
    if built.problem is not None:
        return float(STEP * arguments["steps"])
    epochs = arguments.get("epochs") or built.steps / built.batches
    return float(epochs * seconds_of_epoch(built))
