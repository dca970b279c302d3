"""The layers of a dense network."""

from optlab.layers.activation import Activation
from optlab.layers.base import Layer
from optlab.layers.batch_normalization import BatchNormalization
from optlab.layers.dense import Dense
from optlab.layers.dropout import Dropout
from optlab.layers.registry import REGISTRY, get
from optlab.layers.residual import Residual

__all__ = [
    "REGISTRY",
    "Activation",
    "BatchNormalization",
    "Dense",
    "Dropout",
    "Layer",
    "Residual",
    "get",
]
