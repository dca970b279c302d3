"""How long a training takes, roughly.

What decides whether worker processes pay, and how much a diagnosis can afford.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from optlab.experiments.building import EPOCHS, Built, layers_of

#: Seconds of a multiplication with its addition, on one thread; of a layer's calls in
#: a step; of a step on an analytic function, recorded. Fitted to the 19 shipped
#: experiments on two busy processors: the estimates are within a factor of 4 of them.
MULTIPLY_ADD, LAYER, STEP = 2e-10, 4e-5, 3e-4


def seconds_of_epoch(built: Built) -> float:
    """Return an estimate of the seconds of one epoch of training."""
    rows = 0 if built.data is None else len(built.data.x)
    return _epoch(built.model.layers, rows, built.batches)


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


class Cost(NamedTuple):
    """An estimate of a training: its steps, and the seconds of each."""

    steps: int
    each: float

    @property
    def seconds(self) -> float:
        """Of the whole training."""
        return self.steps * self.each


def cost_of(experiment: Any, data: Any) -> Cost:
    """Estimate a training on these rows without drawing any weights.

    Raises
    ------
    InputError
        If a layer cannot take what the one before it puts out.
    """
    from optlab.model_arguments import build_layers
    from optlab.model_graph import sources

    training, rows = experiment.training, len(data.x)
    layers, _ = layers_of(experiment.model)
    shape = tuple(data.x.shape[1:])
    build_layers(layers, sources(layers), shape, np.dtype(training.dtype))
    batches = max(1, -(-rows // training.batch_size))
    steps = training.steps or (training.epochs or EPOCHS) * batches
    return Cost(steps, _epoch(layers, rows, batches) / batches)


def _epoch(layers: Any, rows: int, batches: int) -> float:
    products = 3 * rows * sum(layer.multiply_adds for layer in layers)
    return float(MULTIPLY_ADD * products + LAYER * (len(layers) + 1) * batches)
