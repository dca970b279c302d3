"""Layers that give the entries of a row another shape, in the same order."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.registry import register
from optlab.lookup import is_count


class _Reshaped(Layer):
    """A layer whose output is a view of its input."""

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return `x` in the new shape."""
        self.output = x.reshape(len(x), *self.output_shape)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return `grad` in the input's shape."""
        return grad.reshape(len(grad), *self.input_shape)


@register
class Flatten(_Reshaped):
    """Put all axes of a row into one, the last one fastest.

    Parameters
    ----------
    data_format : str, optional
        "channels_last", which is the same as None.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        data_format: str | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.data_format = self._channels_last(data_format)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Count the entries of a row."""
        super().build(input_shape, dtype)
        self.output_shape = (math.prod(input_shape),)
        return []


@register
class Reshape(_Reshaped):
    """Give a row another shape with as many entries.

    Parameters
    ----------
    target_shape : sequence of int
        The shape of one row; one length may be -1, whatever is left.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        target_shape: Sequence[int],
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        given = target_shape if isinstance(target_shape, (list, tuple)) else ()
        whole = all(is_count(length, 1) or length == -1 for length in given)
        if not given or not whole or list(given).count(-1) > 1:
            raise self._error(
                "`target_shape` must hold positive integers, one of which may be -1. "
                f"Received: target_shape={target_shape!r}."
            )
        self.target_shape = tuple(int(length) for length in given)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Check that as many entries go in as out."""
        super().build(input_shape, dtype)
        size = math.prod(input_shape)
        known = math.prod(length for length in self.target_shape if length != -1)
        shape = tuple(size // known if n == -1 else n for n in self.target_shape)
        if math.prod(shape) != size:
            raise self._error(
                f"`target_shape` must have as many entries as the input, {size}. "
                f"Received: target_shape={self.target_shape} for inputs of shape "
                f"{with_rows(input_shape)}."
            )
        self.output_shape = shape
        return []
