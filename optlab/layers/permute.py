"""Exchange the axes of a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register


@register
class Permute(Layer):
    """Put the axes of a row into another order.

    Parameters
    ----------
    dims : sequence of int
        Which axis of the input comes first, second, ...; they are counted from 1, for
        0 is that of the rows.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self, dims: Sequence[int], trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable, name)
        given = list(dims) if isinstance(dims, (list, tuple)) else []
        if not given or sorted(given) != list(range(1, len(given) + 1)):
            raise self._error(
                "`dims` must hold the numbers from 1 up to the number of axes, each "
                f"once. Received: dims={dims!r}."
            )
        self.dims = tuple(int(axis) for axis in given)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Compute the output's shape; there are no weights."""
        super().build(input_shape, dtype)
        if len(input_shape) != len(self.dims):
            raise self._error(
                f"`dims` must have a number for each axis. Received: dims={self.dims} "
                f"for inputs of shape {with_rows(input_shape)}."
            )
        self.output_shape = tuple(input_shape[axis - 1] for axis in self.dims)
        self._order = (0, *self.dims)
        self._back = tuple(int(axis) for axis in np.argsort(self._order))
        self._out_buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        return []

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._out_buffer.rows(rows)
        self._grad: Array | None = None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Copy the input in the new order."""
        self.output[...] = x.transpose(self._order)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Copy the gradient in the old order."""
        if not need_input:
            return grad
        if self._grad is None:
            self._grad = self._grad_buffer.rows(len(grad))
        self._grad[...] = grad.transpose(self._back)
        return self._grad
