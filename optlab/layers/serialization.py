"""A layer's arguments in tf.keras's serialized form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab import initializers, regularizers
from optlab.activations import Activation

#: tf.keras's layers for the activations that have a constant.
_KERAS_ACTIVATIONS = {"elu": "ELU", "leaky_relu": "LeakyReLU"}


def serialized(
    arguments: Mapping[str, Any], dtype: np.dtype[Any] | None
) -> dict[str, Any]:
    """Return a layer's constructor arguments in tf.keras's serialized form.

    Parameters
    ----------
    arguments : mapping
        Live objects by name; initializers and regularizers are known by their names,
        layers by their `serialize`.
    dtype : numpy.dtype or None
        The layer's, if it is built.
    """
    found = {}
    for name, value in arguments.items():
        if isinstance(value, Activation):
            value = _activation(value, dtype)
        elif name.endswith("_initializer"):
            value = initializers.serialize(value)
        elif name.endswith("_regularizer"):
            value = regularizers.serialize(value)
        elif hasattr(value, "serialize"):
            value = value.serialize()
        elif isinstance(value, (list, tuple)):
            value = [
                one.serialize() if hasattr(one, "serialize") else one for one in value
            ]
        found[name] = value
    return found


def _activation(activation: Activation, dtype: np.dtype[Any] | None) -> Any:
    value = activation.serialize()
    if isinstance(value, str):
        return value
    constants = dict(value)
    class_name = _KERAS_ACTIVATIONS[constants.pop("name")]
    if dtype is not None:
        # On its own it would compute in float32.
        constants["dtype"] = dtype.name
    return {
        "module": "keras.layers",
        "class_name": class_name,
        "config": constants,
        "registered_name": None,
    }
