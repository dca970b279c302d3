"""What a model is made of: arguments checked, names given, tf.keras's form read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optlab.errors import InputError
from optlab.layers import Layer, get
from optlab.lookup import is_count


def checked_shape(input_shape: object) -> tuple[int]:
    """Return the shape of one row as a tuple of one positive integer."""
    if input_shape is None:
        raise InputError(
            "`input_shape` is missing: the number of inputs in one row, such as "
            "input_shape=(64,)"
        )
    shape = input_shape if isinstance(input_shape, (list, tuple)) else (input_shape,)
    if len(shape) != 1 or not is_count(shape[0], 1):
        raise InputError(
            "`input_shape` must hold one positive integer; flatten inputs of more "
            f"dimensions first. Received: input_shape={input_shape!r}"
        )
    return (int(shape[0]),)


def checked_layers(layers: object) -> tuple[Layer, ...]:
    """Return the layers as a tuple, each of them free and there once."""
    if not isinstance(layers, (list, tuple)) or not layers:
        raise InputError(
            f"`layers` must be a list of at least one layer. Received: {layers!r}"
        )
    for i, layer in enumerate(layers):
        if not isinstance(layer, Layer):
            raise InputError(
                f"`layers` must hold layers. Received: {layer!r} of type "
                f"{type(layer).__name__} in place {i}"
            )
    parts = [part for layer in layers for part in layer.parts()]
    for i, part in enumerate(parts):
        part.check_free()
        if any(part is other for other in parts[:i]):
            raise InputError(
                f"The layer {part.name!r} is there twice. Use `layer.clone()` for "
                "another layer of the same kind."
            )
    return tuple(layers)


def give_names(parts: Sequence[Layer]) -> None:
    """Give numbers to layers without a name as tf.keras does: dense, dense_1, ...

    Parameters
    ----------
    parts : sequence of Layer
        All layers of one model, in order.
    """
    taken: set[str] = set()
    for layer in parts:
        if layer.given_name is not None:
            if layer.given_name in taken:
                raise InputError(
                    "All layers of a model must have unique names. Received: more than "
                    f"one layer named {layer.given_name!r}"
                )
            taken.add(layer.given_name)
    for layer in parts:
        if layer.given_name is None:
            layer.name = _free_name(layer.default_name, taken)
            taken.add(layer.name)


def _free_name(stem: str, taken: set[str]) -> str:
    """Return the first of stem, stem_1, stem_2, ... that is not taken."""
    name, number = stem, 0
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name


def model_arguments(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of `Sequential` from a configuration.

    Parameters
    ----------
    config : mapping
        The result of `Sequential.get_config` or of tf.keras's.
    """
    if not isinstance(config, Mapping) or not config.get("layers"):
        raise InputError(
            "A model's configuration must be a mapping with a list of `layers`. "
            f"Received: {config!r}"
        )
    shape = config.get("build_input_shape")
    layers, dtypes = [], set()
    for entry in config["layers"]:
        settings = entry.get("config") or {}
        if settings.get("dtype") is not None:
            dtypes.add(_dtype_name(settings["dtype"]))
        if entry.get("class_name") == "InputLayer":
            shape = settings.get("batch_shape") or settings.get("batch_input_shape")
        else:
            layers.append(get(entry))
    if not dtypes:
        dtypes.add(_dtype_name(config.get("dtype") or "float32"))
    if len(dtypes) > 1:
        raise InputError(
            "All layers of a model must have one dtype. "
            f"Received: {', '.join(sorted(dtypes))}"
        )
    return {
        "layers": layers,
        "input_shape": None if shape is None else tuple(shape[1:]),
        "dtype": dtypes.pop(),
        "seed": config.get("seed", 0),
        "name": config.get("name"),
    }


def _dtype_name(dtype: object) -> str:
    """Return the name of a dtype or of tf.keras's dtype policy."""
    if isinstance(dtype, Mapping):
        return str(dtype.get("config", {}).get("name"))
    return str(dtype)
