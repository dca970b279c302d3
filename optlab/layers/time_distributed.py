"""Apply a layer to every step of a sequence."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.layers.base import Array, Rng, Shape, Weight, with_rows
from optlab.layers.batch_normalization import BatchNormalization
from optlab.layers.registry import register
from optlab.layers.wrapper import Wrapper


@register
class TimeDistributed(Wrapper):
    """Apply one layer, with one set of weights, to each step.

    All steps of a batch go through the layer as rows of one batch. A layer for which
    the rows of a batch are not apart, as for batch normalization in training, would
    give other numbers than tf.keras's, which takes the steps one by one; it is refused.

    Parameters
    ----------
    layer : Layer
        The layer.
    trainable : bool
        False freezes it.
    name : str, optional
        See `Layer`.
    """

    def __init__(
        self, layer: Any, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable, name)
        self.layer = self._checked("layer", layer)
        if self.layer.merges or any(
            isinstance(part, BatchNormalization) for part in self.layer.parts()
        ):
            raise self._error(
                "`layer` must be one that takes the rows of a batch one by one. "
                f"Received: {type(self.layer).__name__}."
            )
        if any(part.activity_regularizer for part in self.layer.parts()):
            raise self._error(
                "`layer` must have no `activity_regularizer`: inside `TimeDistributed` "
                "tf.keras leaves it out."
            )
        self.inner = (self.layer,)
        if not trainable:
            self.trainable = False

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Build the layer for one step."""
        super().build(input_shape, dtype)
        if len(input_shape) < 2:
            raise self._error(
                "`TimeDistributed` takes inputs of shape (rows, steps, ...). "
                f"Received: {with_rows(input_shape)}."
            )
        weights = self.layer.build(input_shape[1:], dtype)
        self.output_shape = (input_shape[0], *self.layer.output_shape)
        return weights

    def resize(self, rows: int) -> None:
        """Make the layer's buffers fit all steps of `rows` rows."""
        self.layer.resize(rows * self.input_shape[0])

    @property
    def multiply_adds(self) -> int:
        """Those of the layer for each step."""
        return int(self.input_shape[0] * self.layer.multiply_adds)

    @property
    def activation_name(self) -> str:
        """The layer's."""
        return self.layer.activation_name

    @property
    def logits(self) -> Array | None:
        """None: tf.keras does not see the logits inside either."""
        return None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the layer's outputs, step by step."""
        rows = len(x)
        inside = x.reshape(-1, *x.shape[2:])
        found = self.layer.forward(inside, training, rng)
        self.output = found.reshape(rows, *self.output_shape)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Take the gradients of all steps through the layer."""
        inside = grad.reshape(-1, *grad.shape[2:])
        found = self.layer.backward(inside, need_input)
        return found.reshape(len(grad), *self.input_shape) if need_input else grad
