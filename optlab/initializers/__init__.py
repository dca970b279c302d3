"""First values of weights: constants, plain noise, noise scaled to the layer.

An instance without a seed draws from the generator it is given, so a model's weights
follow from the model's seed and two layers never start alike. (A tf.keras instance
picks its seed when it is made and gives the same weights each time.)
"""

from optlab.initializers.base import Initializer
from optlab.initializers.constant import Constant, Identity, Ones, Zeros
from optlab.initializers.orthogonal import Orthogonal
from optlab.initializers.random import RandomNormal, RandomUniform, TruncatedNormal
from optlab.initializers.registry import REGISTRY, get, names, serialize
from optlab.initializers.variance_scaling import (
    GlorotNormal,
    GlorotUniform,
    HeNormal,
    HeUniform,
    LecunNormal,
    LecunUniform,
    VarianceScaling,
    fans,
)

__all__ = [
    "REGISTRY",
    "Constant",
    "GlorotNormal",
    "GlorotUniform",
    "HeNormal",
    "HeUniform",
    "Identity",
    "Initializer",
    "LecunNormal",
    "LecunUniform",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "TruncatedNormal",
    "VarianceScaling",
    "Zeros",
    "fans",
    "get",
    "names",
    "serialize",
]
