"""Layers by tf.keras's class names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from optlab.errors import InputError, unknown_name
from optlab.layers.base import Layer

LayerClass = TypeVar("LayerClass", bound=Layer)

#: The layers by class name.
REGISTRY: dict[str, type[Layer]] = {}

#: tf.keras's layers that are one activation: its name, and arguments that do nothing.
_ACTIVATION_LAYERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ELU": ("elu", {}),
    "LeakyReLU": ("leaky_relu", {}),
    "ReLU": ("relu", {"max_value": None, "negative_slope": 0.0, "threshold": 0.0}),
    "Softmax": ("softmax", {"axis": -1}),
}


def register(cls: type[LayerClass]) -> type[LayerClass]:
    """Enter a class of layers under its name, for `get` and all that calls it."""
    REGISTRY[cls.__name__] = cls
    return cls


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
        return REGISTRY["Activation"].from_config({**config, "activation": activation})
    if class_name not in REGISTRY:
        raise unknown_name("layer", class_name, [*REGISTRY, *_ACTIVATION_LAYERS])
    return REGISTRY[class_name].from_config(config)
