"""Repeat a row as every step of a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import is_count


@register
class RepeatVector(Layer):
    """Make a sequence of `n` equal steps of each row.

    Parameters
    ----------
    n : int
        The number of steps, at least 1.
    trainable, name
        See `Layer`.
    """

    def __init__(self, n: int, trainable: bool = True, name: str | None = None) -> None:
        super().__init__(trainable, name)
        if not is_count(n, 1):
            raise self._error(f"`n` must be a positive integer. Received: n={n!r}.")
        self.n = int(n)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Check that rows are vectors."""
        super().build(input_shape, dtype)
        if len(input_shape) != 1:
            raise self._error(
                "`RepeatVector` takes inputs of shape (rows, features). "
                f"Received: {with_rows(input_shape)}."
            )
        self.output_shape = (self.n, *input_shape)
        self._buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        return []

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._buffer.rows(rows)
        self._grad = self._grad_buffer.rows(rows)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the sequences."""
        self.output[...] = x[:, None]
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the sum of the gradients of all steps."""
        return np.sum(grad, axis=1, out=self._grad) if need_input else grad
