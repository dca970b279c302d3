"""An activation function as a layer of its own, such as after batch normalization."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab import activations
from optlab.layers.base import Array, Layer, Rng, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.serialization import serialized


class Activation(Layer):
    """Apply a function to every entry (softmax: to every row).

    Parameters
    ----------
    activation : str or Activation
        See `optlab.activations.get`.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self, activation: Any, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable, name)
        self.activation = self._get(activations.get, activation)

    def build(self, units_in: int, dtype: np.dtype[Any]) -> list[Weight]:
        """Make the buffer; there are no weights."""
        super().build(units_in, dtype)
        self._buffer = Buffer(units_in, dtype)
        self._linear = self.activation.name == "linear"
        return []

    def resize(self, rows: int) -> None:
        """Make the buffer fit a batch of `rows` rows."""
        self._out = self._buffer.rows(rows)

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
        self.activation.forward(x, None, self._out)
        return self._out

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient of the input."""
        if need_input and not self._linear:
            self.activation.backward(grad, self._z, self._out, None)
        return grad

    def backward_from_logits(self, grad: Array, need_input: bool) -> Array:
        """Return `grad`, which is that of the input already."""
        return grad

    def arguments(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"activation": self.activation}

    def get_config(self) -> dict[str, Any]:
        """Return the configuration as tf.keras's `Activation` has it."""
        return {**super().get_config(), **serialized(self)}


"""
"""
