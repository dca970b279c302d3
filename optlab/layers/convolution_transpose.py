r"""Transposed convolutions, which make a larger image out of a smaller one.

The output is what the gradient of a convolution's input would be: each input pixel adds
its window of the kernel to the output, s pixels further than its neighbour. Forward and
backward are those of `optlab.layers.convolution` in exchanged roles. The kernel has
tf.keras's shape, (window, filters, channels).

Dumoulin and Visin (2016), "A guide to convolution arithmetic for deep learning",
arXiv:1603.07285.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels.tiles import STORE
from optlab.layers.base import Array, Shape, Weight
from optlab.layers.convolution_plan import ConvolutionPlan, Geometry
from optlab.layers.filters import Filters
from optlab.layers.registry import register
from optlab.memory import check_room


class ConvolutionTranspose(Filters):
    """Base class of the transposed convolutions.

    Parameters
    ----------
    filters : int
        The number of channels of the output, at least 1.
    kernel_size : int or sequence of int
        The window.
    strides : int or sequence of int
        How much larger the output is.
    padding : {"valid", "same"}
        The whole of all windows, or ``size * stride`` pixels of it.
    output_padding : int or sequence of int, optional
        More pixels at the end, fewer than the stride; tf.keras's choice where left out.
    data_format : str, optional
        "channels_last", which is the same as None.
    dilation_rate : int or sequence of int
        From one tap of the window to the next; 1 where a stride is above 1.
    activation : str, mapping, Activation or None
        See `optlab.activations.get`; None is linear.
    use_bias : bool
        Whether there is a bias.
    kernel_initializer, bias_initializer : str, mapping or callable
        First values; see `optlab.initializers.get`.
    kernel_regularizer, bias_regularizer : str, mapping or None
        Penalties; see `optlab.regularizers.get`.
    activity_regularizer : str, mapping or None
        Penalty on the outputs, divided by the rows of the batch.
    trainable, name
        See `Layer`.

    Attributes
    ----------
    kernel : ndarray, shape (*kernel_size, filters, channels)
    bias : ndarray, shape (filters,), or None

    Raises
    ------
    InputError
        If an argument is out of range or unknown.
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        output_padding: Any = None,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self._keep_window(filters, kernel_size, strides, dilation_rate)
        self.padding = self._padding_name(padding, "valid", "same")
        self.output_padding = None
        if output_padding is not None:
            self.output_padding = self._lengths("output_padding", output_padding, 0)
            if any(map(int.__ge__, self.output_padding, self.strides)):
                raise self._error(
                    "`output_padding` must be below `strides`. Received: "
                    f"output_padding={output_padding!r}, strides={strides!r}."
                )
        self.data_format = self._channels_last(data_format)
        self._keep(
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
        )

    def _length(self, size: int, axis: int) -> int:
        """Return how many pixels tf.keras makes of `size` along one axis."""
        stride = self.strides[axis]
        reach = (self.kernel_size[axis] - 1) * self.dilation_rate[axis] + 1
        more = self.output_padding[axis] if self.output_padding else None
        if self.padding == "valid":
            more = max(0, stride - reach) if more is None else more
            return (size - 1) * stride + reach + more
        return size * stride if more is None else (size - 1) * stride + reach % 2 + more

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the kernel and the bias."""
        height, width, channels = self._image(input_shape)
        sizes = input_shape[:-1]
        places = tuple(self._length(size, k) for k, size in enumerate(sizes))
        window, strides, dilation, larger = map(
            self._both, (self.kernel_size, self.strides, self.dilation_rate, places)
        )
        output = (*places, self.filters)
        check_room(math.prod(output) * dtype.itemsize, "The outputs of one row")
        down, across = self._axes(output, window, strides, dilation, self.padding)
        if (down.places, across.places) != (height, width):
            raise self._error(
                f"No such convolution: strides={self.strides}, padding="
                f"{self.padding!r} and output_padding={self.output_padding} lead from "
                f"{sizes} to {places}, and back to {(down.places, across.places)}."
            )
        self._plan = ConvolutionPlan(
            Geometry(
                (*larger, self.filters),
                (height, width, channels),
                window,
                strides,
                dilation,
                (down.before, across.before),
                (down.after, across.after),
            ),
            dtype,
        )
        kernel = (*self.kernel_size, self.filters, channels)
        return self._asked(input_shape, kernel, output, dtype)

    @property
    def multiply_adds(self) -> int:
        """Multiplications of one row's `forward`."""
        return self._plan.geometry.multiply_adds

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        super().resize(rows)
        self._plan.resize(rows)

    def _apply(self, x: Array, bias: Array | None, mode: int, out: Array) -> None:
        """Add up the windows."""
        self._read = self._plan.bordered(x)
        self._plan.input_gradient(self._read, self.kernel, bias, mode, out)

    def _gradients(self, grad: Array, out: Array | None) -> None:
        """Fill the gradients of the kernel and of the input."""
        padded = self._plan.padded(grad)
        if self.kernel_grad is not None:
            self._plan.kernel_gradient(padded, self._read, self.kernel_grad)
        if out is not None:
            self._plan.output(padded, self.kernel, None, STORE, out)


@register
class Conv1DTranspose(ConvolutionTranspose):
    """Enlarge sequences (rows, steps, channels); see `ConvolutionTranspose`."""

    rank = 1


@register
class Conv2DTranspose(ConvolutionTranspose):
    """Enlarge images (rows, height, width, channels); see `ConvolutionTranspose`."""

    rank = 2
