"""What a model is made of: arguments checked, names given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.layers import Layer, expand, get
from optlab.layers.base import Shape, Weight
from optlab.lookup import is_count
from optlab.memory import check_room


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
    layers: Sequence[Layer],
    taken: Sequence[tuple[int, ...]],
    input_shape: Shape,
    dtype: np.dtype[Any],
) -> tuple[list[Weight], bool]:
    """Build each layer on the outputs that it takes.

    Parameters
    ----------
    layers : sequence of Layer
        In the order in which they are run.
    taken : sequence of tuple of int
        See `optlab.model_graph.sources`.
    input_shape : tuple of int
        One row's.
    dtype : numpy.dtype
        The model's.

    Returns
    -------
    weights : list of Weight
        What the layers ask for.
    masked : bool
        Whether any of them makes a mask.

    Raises
    ------
    LayerError
        If a layer cannot take the shape or the mask that reaches it.
    """
    weights: list[Weight] = []
    shapes = {-1: input_shape}
    # The layer that made the mask of an output.
    makers: dict[int, Layer | None] = {-1: None}
    for place, layer in enumerate(layers):
        given = [shapes[number] for number in taken[place]]
        above = [makers[number] for number in taken[place]]
        maker = next((one for one in above if one is not None), None)
        if maker is not None and not layer.supports_masking:
            raise LayerError(
                place,
                layer,
                f"The layer takes no mask, and {maker.name!r} makes one that reaches "
                "it; tf.keras drops it there with a warning. Make none "
                "(`mask_zero=False`), or put a layer before it that ends the mask.",
            )
        try:
            asked = layer.build(given if layer.merges else given[0], dtype)
            size = sum(math.prod(weight.shape) for weight in asked)
            needed = 2 * size * dtype.itemsize
            check_room(needed, "The layer's weights and their gradients")
        except (InputError, MemoryError) as error:
            raise of_layer(place, layer, error) from error
        weights += asked
        shapes[place] = layer.output_shape
        masked: Any = [one is not None for one in above]
        makes = layer.makes_mask(masked if layer.merges else masked[0])
        makers[place] = (maker or layer) if makes else None
    return weights, any(maker is not None for maker in makers.values())


class LayerError(InputError):
    """A layer that cannot be where it is in a model.

    Attributes
    ----------
    place : int
        Its number in the list of layers.
    reason : str
        What is wrong.
    """

    def __init__(self, place: int, layer: Layer, reason: str) -> None:
        self.place, self.layer, self.reason = place, layer, reason
        kind = type(layer).__name__
        super().__init__(f"layers[{place}], {kind} {layer.name!r}: {reason}")


def of_layer(place: int, layer: Layer, error: InputError | MemoryError) -> LayerError:
    """Return an error that says which layer another one is about."""
    if isinstance(error, MemoryError):
        return LayerError(place, layer, "Its arrays need more memory than there is.")
    return LayerError(place, layer, str(error))


def checked_layers(layers: object) -> tuple[Layer, ...]:
    """Return the layers as a tuple, each of them free and there once.

    An entry may be a table; see `optlab.layers.configuration`.
    """
    if not isinstance(layers, (list, tuple)) or not layers:
        raise InputError(
            f"`layers` must be a list of at least one layer. Received: {layers!r}"
        )
    found: list[Any] = []
    for place, one in enumerate(layers):
        try:
            found += map(get, expand(one)) if isinstance(one, Mapping) else [one]
        except InputError as error:
            raise InputError(f"layers[{place}]: {error}") from error
    layers = found
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
