"""Masking: steps whose features are all one value do not count."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import number


@register
class Masking(Layer):
    """Leave out the steps whose features all equal `mask_value`; they become 0.

    Parameters
    ----------
    mask_value : float
        What padding is filled with.
    trainable, name
        See `Layer`.
    """

    supports_masking = True

    def __init__(
        self,
        mask_value: float = 0.0,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.mask_value = self._get(lambda v: number("mask_value", v), mask_value)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Make the buffer; there are no weights."""
        super().build(input_shape, dtype)
        if len(input_shape) < 2:
            raise self._error(
                "`Masking` takes inputs of shape (rows, steps, features). "
                f"Received: {with_rows(input_shape)}."
            )
        self._buffer = Buffer(input_shape, dtype)
        self._value = dtype.type(self.mask_value)
        return []

    def resize(self, rows: int) -> None:
        """Make the buffer fit a batch of `rows` rows."""
        self.output = self._buffer.rows(rows)

    def makes_mask(self, masked: bool) -> bool:
        """Tell that the output always has a mask."""
        return True

    def compute_mask(self, x: Array, mask: Array | None) -> Array | None:
        """Return where any feature is something else."""
        kept: Array = self._kept[..., 0]
        return kept

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return `x` with the steps that are left out at 0."""
        self._kept = np.any(x != self._value, axis=-1, keepdims=True)
        return np.multiply(x, self._kept, self.output)

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Pass the gradient of the steps that count."""
        if need_input:
            np.multiply(grad, self._kept, grad)
        return grad
