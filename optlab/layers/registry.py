"""Layers by tf.keras's class names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from optlab.errors import InputError, unknown_name
from optlab.layers.base import Layer

LayerClass = TypeVar("LayerClass", bound=Layer)

#: The layers by class name.
REGISTRY: dict[str, type[Layer]] = {}


def register(cls: type[LayerClass]) -> type[LayerClass]:
    """Enter a class of layers under its name, for `get` and all that calls it."""
    REGISTRY[cls.__name__] = cls
    return cls


def get(identifier: Layer | Mapping[str, Any]) -> Layer:
    """Return a layer.

    Parameters
    ----------
    identifier : Layer or mapping
        A layer; a table of its class and arguments, such as ``{"class": "Dense",
        "units": 10}``; or its serialized form, tf.keras's own included:
        ``{"class_name": "Dense", "config": {"units": 10}}``. Both may have `inputs`;
        see `Layer.after`.

    Raises
    ------
    InputError
        If the class or an argument is unknown.
    """
    if isinstance(identifier, Layer):
        return identifier
    table = dict(identifier) if isinstance(identifier, Mapping) else {}
    inputs = table.pop("inputs", None)
    if "class_name" in table:
        class_name, config = table["class_name"], table.get("config")
        if not isinstance(config, Mapping | None):
            raise InputError(f"`config` must be a table. Received: config={config!r}")
        config = dict(config or {})
    elif "class" in table:
        class_name, config = table.pop("class"), table
        if config.get("dtype") is not None:
            raise InputError(
                f"A layer computes in its model's dtype. Received: "
                f"dtype={config['dtype']!r} for a layer of class {class_name!r}"
            )
    else:
        raise InputError(
            "A layer must be a Layer, or a mapping with its `class` and arguments, or "
            f"with `class_name` and `config`. Received: {identifier!r}"
        )
    layer = _made(class_name, config)
    if inputs is not None:
        names = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        layer.after(*names)
    return layer


def _made(class_name: object, config: dict[str, Any]) -> Layer:
    """Return the layer of a class with these arguments."""
    if class_name in REGISTRY:
        return REGISTRY[str(class_name)].from_config(config)
    raise unknown_name("layer", str(class_name), REGISTRY)
