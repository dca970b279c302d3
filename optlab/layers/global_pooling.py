"""Pooling over all steps or pixels: one value for each channel.

Equally large maxima share the gradient, as TensorFlow's `reduce_max` has it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels import pooling as kernels
from optlab.layers.base import Array, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.layers.windows import Windowed


class GlobalPooling(Windowed):
    """Base class of pooling over all of a sequence or an image.

    Parameters
    ----------
    data_format : str, optional
        "channels_last", which is the same as None.
    keepdims : bool
        Whether the axes that are pooled stay, with length 1.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        data_format: str | None = None,
        keepdims: bool = False,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.data_format = self._channels_last(data_format)
        self.keepdims = self._flag("keepdims", keepdims)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Count the pixels; there are no weights."""
        super().build(input_shape, dtype)
        height, width, channels = self._image(input_shape)
        self._pixels = height * width
        self.output_shape = (*(1,) * (self.rank * self.keepdims), channels)
        self._out_buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        self._shared = np.empty(channels, dtype)
        return []

    @property
    def multiply_adds(self) -> int:
        """Values that one row's `forward` looks at."""
        return math.prod(self.input_shape)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._out_buffer.rows(rows)
        self._pooled = self.output.reshape(rows, -1)
        self._grad: Array | None = None

    def makes_mask(self, masked: bool) -> bool:
        """Tell that there are no steps left to mask."""
        return False

    def compute_mask(self, x: Array, mask: Array | None) -> Array | None:
        """Return None: there are no steps left."""
        return None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Pool."""
        self._x = x.reshape(len(x), self._pixels, -1)
        self._pool()
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient of the input."""
        if not need_input:
            return grad
        if self._grad is None:
            self._grad = self._grad_buffer.rows(len(grad))
        self._spread(
            grad.reshape(self._pooled.shape), self._grad.reshape(self._x.shape)
        )
        return self._grad

    def _pool(self) -> None:
        """Fill ``self._pooled`` from ``self._x``."""
        raise NotImplementedError

    def _spread(self, grad: Array, out: Array) -> None:
        """Fill the gradient of the input."""
        raise NotImplementedError


class GlobalMaxPooling(GlobalPooling):
    """Base class of taking the largest value; arguments as in `GlobalPooling`."""

    def _pool(self) -> None:
        kernels.global_max_forward(self._x, self._pooled)

    def _spread(self, grad: Array, out: Array) -> None:
        kernels.global_max_backward(grad, self._x, self._pooled, self._shared, out)


class GlobalAveragePooling(GlobalPooling):
    """Base class of taking the mean; arguments as in `GlobalPooling`."""

    def _pool(self) -> None:
        if self.mask is None:
            kernels.global_average_forward(self._x, self._pooled)
        else:
            kernels.masked_average_forward(self._x, self.mask, self._pooled)

    def _spread(self, grad: Array, out: Array) -> None:
        if self.mask is None:
            kernels.global_average_backward(grad, out)
        else:
            kernels.masked_average_backward(grad, self.mask, out)


@register
class GlobalMaxPooling1D(GlobalMaxPooling):
    """The largest value of each channel over all steps; see `GlobalPooling`."""

    rank = 1


@register
class GlobalMaxPooling2D(GlobalMaxPooling):
    """The largest value of each channel over all pixels; see `GlobalPooling`."""

    rank = 2


@register
class GlobalAveragePooling1D(GlobalAveragePooling):
    """The mean of each channel over all steps that count; see `GlobalPooling`."""

    rank = 1
    supports_masking = True


@register
class GlobalAveragePooling2D(GlobalAveragePooling):
    """The mean of each channel over all pixels; see `GlobalPooling`."""

    rank = 2
