"""A layer's arguments in tf.keras's serialized form."""

from __future__ import annotations

from typing import Any

from optlab import initializers, regularizers
from optlab.layers.base import Layer

#: tf.keras's layers for the activations that have a constant.
_KERAS_ACTIVATIONS = {"elu": "ELU", "leaky_relu": "LeakyReLU"}


def serialized(layer: Layer) -> dict[str, Any]:
    """Return a layer's constructor arguments in tf.keras's serialized form."""
    found = {}
    for name, value in layer.arguments().items():
        if name == "activation":
            value = value.serialize()
            if not isinstance(value, str):
                constants = dict(value)
                class_name = _KERAS_ACTIVATIONS[constants.pop("name")]
                if layer.dtype is not None:
                    # On its own it would compute in float32.
                    constants["dtype"] = layer.dtype.name
                value = {
                    "module": "keras.layers",
                    "class_name": class_name,
                    "config": constants,
                    "registered_name": None,
                }
        elif name.endswith("_initializer"):
            value = initializers.serialize(value)
        elif name.endswith("_regularizer"):
            value = regularizers.serialize(value)
        found[name] = value
    return found
