"""Pooling over windows: the largest or the mean value of each channel.

With padding "same" only pixels of the image count, as in tf.keras. Where values of a
window are equally large, the first takes the gradient.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels import pooling as kernels
from optlab.layers.base import Array, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.convolution_plan import PARALLEL_VALUES
from optlab.layers.registry import register
from optlab.layers.team import spread
from optlab.layers.windows import Windowed


class Pooling(Windowed):
    """Base class of pooling over windows.

    Parameters
    ----------
    pool_size : int or sequence of int
        The window.
    strides : int or sequence of int, optional
        From one window to the next; `pool_size` where left out.
    padding : {"valid", "same"}
        Whole windows only, or as many as pixels (over the stride).
    data_format : str, optional
        "channels_last", which is the same as None.
    trainable, name
        See `Layer`.

    Raises
    ------
    InputError
        If an argument is out of range or unknown.
    """

    def __init__(
        self,
        pool_size: Any = 2,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.pool_size = self._lengths("pool_size", pool_size)
        self.strides = self.pool_size
        if strides is not None:
            self.strides = self._lengths("strides", strides)
        self.padding = self._padding_name(padding, "valid", "same")
        self.data_format = self._channels_last(data_format)

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Lay out the windows; there are no weights."""
        super().build(input_shape, dtype)
        self._image_shape = self._image(input_shape)
        window, strides = self._both(self.pool_size), self._both(self.strides)
        axes = self._axes(input_shape, window, strides, (1, 1), self.padding)
        before = [axis.before for axis in axes]
        self._window = np.array([*window, *strides, *before], np.int64)
        channels = input_shape[-1]
        self._pooled_shape = (axes[0].places, axes[1].places, channels)
        places = (axes[0].places, axes[1].places)[2 - self.rank :]
        self.output_shape = (*places, channels)
        self._out_buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        return []

    @property
    def multiply_adds(self) -> int:
        """Values that one row's `forward` looks at."""
        return math.prod(self.output_shape) * math.prod(self.pool_size)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self._rows = rows
        self.output = self._out_buffer.rows(rows)
        self._pooled = self.output.reshape(rows, *self._pooled_shape)
        self._grad: Array | None = None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Pool."""
        self._pool(x.reshape(self._rows, *self._image_shape))
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient of the input."""
        if not need_input:
            return grad
        if self._grad is None:
            self._grad = self._grad_buffer.rows(self._rows)
        self._spread(
            grad.reshape(self._rows, *self._pooled_shape),
            self._grad.reshape(self._rows, *self._image_shape),
        )
        return self._grad

    def _pool(self, x: Array) -> None:
        """Fill ``self._pooled``."""
        raise NotImplementedError

    def _spread(self, grad: Array, out: Array) -> None:
        """Fill the gradient of the input."""
        raise NotImplementedError


class MaxPooling(Pooling):
    """Base class of taking the largest value; arguments as in `Pooling`."""

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        super().resize(rows)
        taps = math.prod(self.pool_size)
        kind = np.uint8 if taps <= 256 else np.int32
        self._chosen = np.empty(self._pooled.shape, kind)

    def _pool(self, x: Array) -> None:
        pooled, chosen = self._pooled, self._chosen

        def work(first: int, last: int) -> None:
            part = slice(first, last)
            kernels.max_forward(x[part], pooled[part], chosen[part], self._window)

        spread(work, self._rows, x.size >= PARALLEL_VALUES)

    def _spread(self, grad: Array, out: Array) -> None:
        chosen = self._chosen

        def work(first: int, last: int) -> None:
            part = slice(first, last)
            kernels.max_backward(grad[part], chosen[part], self._window, out[part])

        spread(work, self._rows, out.size >= PARALLEL_VALUES)


class AveragePooling(Pooling):
    """Base class of taking the mean; arguments as in `Pooling`."""

    def _pool(self, x: Array) -> None:
        kernels.average_forward(x, self._pooled, self._window)

    def _spread(self, grad: Array, out: Array) -> None:
        kernels.average_backward(grad, self._window, out)


@register
class MaxPooling1D(MaxPooling):
    """The largest value of each window of steps; see `Pooling`."""

    rank = 1


@register
class MaxPooling2D(MaxPooling):
    """The largest value of each window of pixels; see `Pooling`."""

    rank = 2


@register
class AveragePooling1D(AveragePooling):
    """The mean of each window of steps; see `Pooling`."""

    rank = 1


@register
class AveragePooling2D(AveragePooling):
    """The mean of each window of pixels; see `Pooling`."""

    rank = 2
