"""Enlarge sequences and images by whole numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels import resize as kernels
from optlab.layers.base import Array, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.layers.windows import Windowed


class UpSampling(Windowed):
    """Base class of enlarging; a subclass sets ``self._sizes`` and `interpolation`."""

    interpolation = "nearest"
    _sizes: tuple[int, ...]

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Compute the output's shape; there are no weights."""
        super().build(input_shape, dtype)
        self._small = self._image(input_shape)
        down, across = self._both(self._sizes)
        self._large = (self._small[0] * down, self._small[1] * across, self._small[2])
        self.output_shape = self._large[2 - self.rank :]
        self._out_buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        self._places = (
            *_between(self._small[0], down, dtype),
            *_between(self._small[1], across, dtype),
        )
        return []

    @property
    def multiply_adds(self) -> int:
        """Values that one row's `forward` makes."""
        return math.prod(self.output_shape)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self.output = self._out_buffer.rows(rows)
        self._grad: Array | None = None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Enlarge."""
        small = x.reshape(len(x), *self._small)
        large = self.output.reshape(len(x), *self._large)
        if self.interpolation == "nearest":
            kernels.repeat(small, large)
        else:
            kernels.bilinear(small, *self._places, large)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient of the input."""
        if not need_input:
            return grad
        if self._grad is None:
            self._grad = self._grad_buffer.rows(len(grad))
        large = grad.reshape(len(grad), *self._large)
        small = self._grad.reshape(len(grad), *self._small)
        if self.interpolation == "nearest":
            kernels.repeat_backward(large, small)
        else:
            kernels.bilinear_backward(large, *self._places, small)
        return self._grad


def _between(size: int, times: int, dtype: np.dtype[Any]) -> tuple[Array, Array]:
    """Return the two pixels beside each place of a larger axis, and how far it is on.

    TensorFlow computes the places in float32, whatever the images' dtype.
    """
    one, half = np.float32(1), np.float32(0.5)
    places = (np.arange(size * times, dtype=np.float32) + half) * (one / times) - half
    low = np.floor(places)
    beside = np.stack([np.maximum(low, 0), np.minimum(np.ceil(places), size - 1)])
    return beside.astype(np.int64), (places - low).astype(dtype)


@register
class UpSampling1D(UpSampling):
    """Repeat each step of sequences (rows, steps, channels).

    Parameters
    ----------
    size : int
        How often.
    trainable, name
        See `Layer`.
    """

    rank = 1

    def __init__(
        self, size: int = 2, trainable: bool = True, name: str | None = None
    ) -> None:
        super().__init__(trainable, name)
        self._sizes = self._lengths("size", size)
        self.size = self._sizes[0]


@register
class UpSampling2D(UpSampling):
    """Enlarge images (rows, height, width, channels).

    Parameters
    ----------
    size : int or sequence of int
        How many times as high and as wide.
    data_format : str, optional
        "channels_last", which is the same as None.
    interpolation : {"nearest", "bilinear"}
        Repeat pixels, or go evenly from one to the next.
    trainable, name
        See `Layer`.
    """

    rank = 2

    def __init__(
        self,
        size: Any = 2,
        data_format: str | None = None,
        interpolation: str = "nearest",
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.size = self._sizes = self._lengths("size", size)
        self.data_format = self._channels_last(data_format)
        if interpolation not in ("nearest", "bilinear"):
            raise self._error(
                "`interpolation` must be 'nearest' or 'bilinear'. Received: "
                f"interpolation={interpolation!r}."
            )
        self.interpolation = interpolation
