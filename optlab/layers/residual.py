r"""A residual block: layers whose output is added to their input.

.. math:: y = x + f(x)

The gradient reaches x both through f and directly, so it does not vanish where f's own
gradient does. In tf.keras this is ``keras.layers.Add()([x, block(x)])``.

He, Zhang, Ren and Sun (2016), "Deep residual learning for image recognition",
arXiv:1512.03385.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from optlab.layers.base import Array, Layer, Rng, Shape, Weight, backward_steps
from optlab.layers.buffer import Buffer
from optlab.layers.registry import get, register


@register
class Residual(Layer):
    """Add a block of layers to its own input.

    Parameters
    ----------
    layers : list of Layer
        The block, at least one layer; its output must have the shape of its
        input.
    trainable : bool
        False freezes every layer of the block.
    name : str, optional
        See `Layer`.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        if not isinstance(layers, (list, tuple)) or not layers:
            raise self._error(
                f"`layers` must be a list of at least one layer. Received: {layers!r}."
            )
        for layer in layers:
            if not isinstance(layer, Layer):
                raise self._error(
                    f"`layers` must hold layers. Received: {layer!r} of type "
                    f"{type(layer).__name__}."
                )
        self.layers = tuple(layers)
        if not self._trainable:
            self.trainable = False

    @property
    def trainable(self) -> bool:
        """Whether the block is trained; setting it sets every layer of the block."""
        return self._trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._trainable = self._flag("trainable", value)
        for layer in self.layers:
            layer.trainable = value

    def claim(self, on_change: Callable[[], None]) -> None:
        """Give the layer and its block to a model."""
        super().claim(on_change)
        for layer in self.layers:
            layer.claim(on_change)

    def parts(self) -> Iterator[Layer]:
        """Yield the layers of the block, then this one."""
        for layer in self.layers:
            yield from layer.parts()
        yield self

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Build the block and check that its output fits its input."""
        super().build(input_shape, dtype)
        weights = []
        shape = input_shape
        for layer in self.layers:
            weights += layer.build(shape, dtype)
            shape = layer.output_shape
        if shape != input_shape:
            raise self._error(
                "A residual block must have an output of its input's shape. Received: "
                f"input {input_shape} and output {shape}, the latter from layer "
                f"{self.layers[-1].name!r}."
            )
        self._out_buffer = Buffer(shape, dtype)
        self._grad_buffer = Buffer(shape, dtype)
        return weights

    def resize(self, rows: int) -> None:
        """Make the buffers of this layer and of the block fit `rows` rows."""
        for layer in self.layers:
            layer.resize(rows)
        self.output = self._out_buffer.rows(rows)
        self._grad = self._grad_buffer.rows(rows)
        self._all_steps = backward_steps(self.layers, True)
        self._learning_steps = backward_steps(self.layers, False)

    @property
    def learns(self) -> bool:
        """Whether any layer of the block has something to learn."""
        return any(layer.learns for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """Those of the block."""
        return sum(layer.multiply_adds for layer in self.layers)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return `x` plus the block's output."""
        inside = x
        for layer in self.layers:
            inside = layer.forward(inside, training, rng)
        np.add(x, inside, self.output)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Take the gradient through the block; add the direct one."""
        # The block overwrites what it is given, and `grad` itself is still needed.
        np.copyto(self._grad, grad)
        inside = self._grad
        for step, need in self._all_steps if need_input else self._learning_steps:
            inside = step(inside, need)
        if need_input:
            np.add(grad, inside, grad)
        return grad

    def serialize(self) -> dict[str, Any]:
        """Return tf.keras's form for a class that is not its own."""
        return {
            **super().serialize(),
            "module": "optlab.layers",
            "registered_name": "optlab>Residual",
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Layer:
        """Make a block from `get_config`'s result."""
        layers = [get(layer) for layer in config.get("layers", [])]
        return super().from_config({**config, "layers": layers})
