"""Layers that make one array of several: sum and concatenation.

In a model each of their inputs is named: ``Add().after("dense", "dense_2")``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.layers.base import Array, Layer, Rng, Shape, Weight, with_rows
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register


class Merge(Layer):
    """A layer of several inputs.

    `forward` takes a list of arrays, `backward` returns a list of gradients that share
    no memory, and `mask` is a list of masks, None for an input without.
    """

    merges = True
    supports_masking = True
    _buffer: Buffer

    def build(self, input_shape: list[Shape], dtype: np.dtype[Any]) -> list[Weight]:
        """Learn the shapes; a subclass checks them and sets `output_shape`."""
        super().build(input_shape, dtype)
        self._grad_buffers = [Buffer(shape, dtype) for shape in input_shape]
        return []

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._buffer.rows(rows)
        self._grads = [buffer.rows(rows) for buffer in self._grad_buffers]

    @property
    def _shapes(self) -> str:
        return " and ".join(with_rows(shape) for shape in self.input_shape)


@register
class Add(Merge):
    """Add inputs of one shape.

    Parameters
    ----------
    trainable, name
        See `Layer`.
    """

    def build(self, input_shape: list[Shape], dtype: np.dtype[Any]) -> list[Weight]:
        """Check that all shapes are the same; tf.keras would broadcast some."""
        super().build(input_shape, dtype)
        if any(shape != input_shape[0] for shape in input_shape):
            raise self._error(
                f"The inputs of a sum must have one shape. Received: {self._shapes}."
            )
        self.output_shape = input_shape[0]
        self._buffer = Buffer(self.output_shape, dtype)
        return []

    def makes_mask(self, masked: Any) -> bool:
        """Tell that there is one where all inputs have one."""
        return all(masked)

    def compute_mask(self, x: Any, mask: Any) -> Array | None:
        """Return where any input has a step that counts, if all have masks."""
        if any(one is None for one in mask):
            return None
        found: Array = np.logical_or.reduce(mask)
        return found

    def forward(self, x: Any, training: bool, rng: Rng) -> Array:
        """Return the sum, from the first input to the last."""
        np.add(x[0], x[1], self.output)
        for other in x[2:]:
            np.add(self.output, other, self.output)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Any:
        """Return the gradient for each input."""
        for copy in self._grads[1:]:
            np.copyto(copy, grad)
        return [grad, *self._grads[1:]]


@register
class Concatenate(Merge):
    """Put inputs one after the other along an axis.

    Parameters
    ----------
    axis : int
        The axis, counted with the rows'; not 0. The other lengths must agree.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self, axis: int = -1, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable, name)
        whole = isinstance(axis, (int, np.integer)) and not isinstance(axis, bool)
        if not whole or axis == 0:
            raise self._error(
                "`axis` must be a whole number other than 0, the axis of the rows. "
                f"Received: axis={axis!r}."
            )
        self.axis = int(axis)

    def build(self, input_shape: list[Shape], dtype: np.dtype[Any]) -> list[Weight]:
        """Check that all lengths but those along the axis are the same."""
        super().build(input_shape, dtype)
        axes = len(input_shape[0])
        place = self.axis - 1 if self.axis > 0 else axes + self.axis
        rests = {shape[:place] + shape[place + 1 :] for shape in input_shape}
        ranks = {len(shape) for shape in input_shape}
        if len(ranks) > 1 or not 0 <= place < axes or len(rests) > 1:
            raise self._error(
                "Inputs that are put together must agree in all axes but "
                f"axis={self.axis}. Received: {self._shapes}."
            )
        self._place = place + 1
        lengths = [shape[place] for shape in input_shape]
        shape = input_shape[0]
        self.output_shape = (*shape[:place], sum(lengths), *shape[place + 1 :])
        self._cuts = np.cumsum(lengths[:-1]).tolist()
        self._buffer = Buffer(self.output_shape, dtype)
        return []

    def makes_mask(self, masked: Any) -> bool:
        """Tell that there is one where any input has one."""
        return any(masked)

    def compute_mask(self, x: Any, mask: Any) -> Array | None:
        """Return the masks put together in the same way; a missing one is all true."""
        if all(one is None for one in mask):
            return None
        whole = [
            np.ones(values.shape, bool)
            if one is None
            else np.broadcast_to(
                one.reshape(one.shape + (1,) * (values.ndim - one.ndim)), values.shape
            )
            for values, one in zip(x, mask, strict=True)
        ]
        return np.asarray(np.concatenate(whole, self._place).any(axis=-1))

    def forward(self, x: Any, training: bool, rng: Rng) -> Array:
        """Return the inputs side by side."""
        np.concatenate(x, self._place, out=self.output)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Any:
        """Return each input's part of the gradient."""
        parts = np.split(grad, self._cuts, self._place)
        for copy, part in zip(self._grads, parts, strict=True):
            np.copyto(copy, part)
        return self._grads
