"""Layers by tf.keras's class names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError, unknown_name
from optlab.layers.activation import Activation
from optlab.layers.base import Layer
from optlab.layers.batch_normalization import BatchNormalization
from optlab.layers.dense import Dense
from optlab.layers.dropout import Dropout
from optlab.layers.residual import Residual

#: The layers by class name.
REGISTRY: dict[str, type[Layer]] = {
    cls.__name__: cls
    for cls in (Activation, BatchNormalization, Dense, Dropout, Residual)
}

#: tf.keras's layers that are one activation: its name, and arguments that do nothing.
_ACTIVATION_LAYERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ELU": ("elu", {}),
    "LeakyReLU": ("leaky_relu", {}),
    "ReLU": ("relu", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "Softmax": ("softmax", {"axis": -1}),
}


def get(identifier: Layer | Mapping[str, Any]) -> Layer:
    """Return a layer.

    Parameters
    ----------
    identifier : Layer or mapping
        A layer, or its serialized form, tf.keras's own included:
        ``{"class_name": "Dense", "config": {"units": 10}}``.

    Raises
    ------
    InputError
        If the class or an argument is unknown.
    """
    if isinstance(identifier, Layer):
        return identifier
    if not isinstance(identifier, Mapping) or "class_name" not in identifier:
        raise InputError(
            "A layer must be a Layer or a mapping with `class_name` and `config`. "
            f"Received: {identifier!r}"
        )
    class_name = identifier["class_name"]
    config = dict(identifier.get("config") or {})
    if class_name in _ACTIVATION_LAYERS:
        name, without_effect = _ACTIVATION_LAYERS[class_name]
        activation = {"name": name}
        for key in set(config) - {"name", "trainable", "dtype"}:
            value = config.pop(key)
            if without_effect.get(key, ...) != value:
                activation[key] = value
        return Activation.from_config({**config, "activation": activation})
    if class_name not in REGISTRY:
        raise unknown_name("layer", class_name, [*REGISTRY, *_ACTIVATION_LAYERS])
    return REGISTRY[class_name].from_config(config)
