"""What a model is made of: arguments checked, names given."""

from __future__ import annotations

from collections.abc import Sequence

from optlab.errors import InputError
from optlab.layers import Layer
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
