"""What a model is made of: arguments checked, names given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.layers import Layer
from optlab.layers.base import Shape, Weight
from optlab.lookup import is_count


def checked_shape(input_shape: object) -> Shape:
    """Return the shape of one row as a tuple of positive integers."""
    if input_shape is None:
        raise InputError(
            "`input_shape` is missing: the shape of one row, such as input_shape=(64,) "
            "or (28, 28, 1)"
        )
    shape = input_shape if isinstance(input_shape, (list, tuple)) else (input_shape,)
    if not shape or not all(is_count(length, 1) for length in shape):
        raise InputError(
            "`input_shape` must hold positive integers, one an axis of a row. "
            f"Received: input_shape={input_shape!r}"
        )
    return tuple(int(length) for length in shape)


def build_layers(
    layers: Sequence[Layer], input_shape: Shape, dtype: np.dtype[Any]
) -> tuple[list[Weight], bool]:
    """Build each layer on the output of the one before it.

    Returns
    -------
    weights : list of Weight
        What the layers ask for.
    masked : bool
        Whether any of them makes a mask.

    Raises
    ------
    InputError
        If a layer cannot take the shape or the mask that reaches it.
    """
    weights: list[Weight] = []
    shape, maker = input_shape, None
    masked = False
    for place, layer in enumerate(layers):
        if maker is not None and not layer.supports_masking:
            raise InputError(
                f"{_place(place, layer)} takes no mask, and layer {maker.name!r} "
                "makes one that reaches it; tf.keras drops it there with a warning. "
                "Make none (`mask_zero=False`), or put a layer before that ends it."
            )
        try:
            weights += layer.build(shape, dtype)
        except InputError as error:
            raise InputError(f"{_place(place, layer)}: {error}") from error
        if layer.makes_mask(maker is not None):
            maker, masked = maker or layer, True
        else:
            maker = None
        shape = layer.output_shape
    return weights, masked


def _place(place: int, layer: Layer) -> str:
    """Name a layer of a model by its place and its name."""
    return f"layers[{place}], {type(layer).__name__} {layer.name!r}"


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
