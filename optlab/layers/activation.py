"""An activation function as a layer of its own, such as after batch normalization."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab import activations
from optlab.layers.base import Array, Layer, Rng, Shape, Weight, fold
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register


@register
class Activation(Layer):
    """Apply a function to every entry (softmax: along the last axis).

    Parameters
    ----------
    activation : str or Activation
        See `optlab.activations.get`.
    trainable, name
        See `Layer`.
    """

    supports_masking = True

    def __init__(
        self, activation: Any, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable, name)
        self.activation = self._get(activations.get, activation)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Make the buffer; there are no weights."""
        super().build(input_shape, dtype)
        self._buffer = Buffer(input_shape, dtype)
        self._linear = self.activation.name == "linear"
        return []

    def resize(self, rows: int) -> None:
        """Make the buffer fit a batch of `rows` rows."""
        self._out = self._buffer.rows(rows)
        self._matrix = fold(self._out)

    @property
    def activation_name(self) -> str:
        """The name of the function."""
        return str(self.activation.name)

    @property
    def logits(self) -> Array | None:
        """The latest input of a softmax or sigmoid."""
        return self._z if self.activation_name in ("softmax", "sigmoid") else None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the function of `x`."""
        self._z = x
        if self._linear:
            self.output = x
            return x
        self.output = self._out
        self.activation.forward(fold(x), None, self._matrix)
        return self._out

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient of the input."""
        if need_input and not self._linear:
            self.activation.backward(fold(grad), fold(self._z), self._matrix, None)
        return grad

    def backward_from_logits(self, grad: Array, need_input: bool) -> Array:
        """Return `grad`, which is that of the input already."""
        return grad
