"""Which models and losses have exact Hessian products."""

from __future__ import annotations

from typing import Any

from optlab import layers
from optlab.instruments import losses

#: Layers that do nothing here: they keep the entries and their order, or are off.
_PASSES = (
    layers.Dropout,
    layers.Flatten,
    layers.GaussianDropout,
    layers.GaussianNoise,
    layers.Reshape,
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
)


def covers(objective: Any) -> bool:
    """Tell whether products of a model and its loss are exact.

    Parameters
    ----------
    objective : Objective
    """
    model = objective.model
    if len(model.output_shape) != 1 or model.masked or model._graph is not None:
        return False
    known = (layers.Dense, layers.Activation, *_PASSES)
    return losses.covered(objective.loss) and all(
        type(layer) in known and layer.activity_regularizer is None
        for layer in model.layers
    )
