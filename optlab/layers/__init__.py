"""The layers of a model; importing a module here enters its layers into `get`."""

from optlab.layers.activation import Activation
from optlab.layers.base import Layer
from optlab.layers.batch_normalization import BatchNormalization
from optlab.layers.configuration import configuration, contract, expand
from optlab.layers.dense import Dense
from optlab.layers.dropout import Dropout
from optlab.layers.merging import Add, Concatenate
from optlab.layers.registry import REGISTRY, get, register
from optlab.layers.reshape import Flatten, Reshape
from optlab.layers.residual import Residual

__all__ = [
    "REGISTRY",
    "Activation",
    "Add",
    "BatchNormalization",
    "Concatenate",
    "Dense",
    "Dropout",
    "Flatten",
    "Layer",
    "Reshape",
    "Residual",
    "configuration",
    "contract",
    "expand",
    "get",
    "register",
]
