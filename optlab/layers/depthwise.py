r"""Depthwise convolution: each channel of an image has its own kernels.

.. math::
    y_{cm+q} = f\Bigl(\sum_{i,j} x_{\,sh+di,\,sw+dj,\,c} \, k_{i,j,c,q} + b_{cm+q}\Bigr)

with m kernels to a channel. The kernel has tf.keras's shape, (window, channels, m).

Howard et al. (2017), "MobileNets: efficient convolutional neural networks for mobile
vision applications", arXiv:1704.04861.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels import depthwise as kernels
from optlab.kernels.convolution import bias_relu
from optlab.layers.base import Array, Shape, Weight
from optlab.layers.filters import Filters
from optlab.layers.registry import register
from optlab.lookup import is_count


@register
class DepthwiseConv2D(Filters):
    """Convolve each channel of images (rows, height, width, channels) on its own.

    Parameters
    ----------
    kernel_size : int or sequence of int
        The window.
    strides : int or sequence of int
        From one place of the window to the next; the same in both directions.
    padding : {"valid", "same"}
        No padding, or as many places as pixels (over the stride).
    depth_multiplier : int
        Kernels to a channel.
    data_format : str, optional
        "channels_last", which is the same as None.
    dilation_rate : int or sequence of int
        From one tap of the window to the next; 1 where the stride is above 1.
    activation : str, mapping, Activation or None
        See `optlab.activations.get`; None is linear.
    use_bias : bool
        Whether there is a bias.
    depthwise_initializer, bias_initializer : str, mapping or callable
        First values; see `optlab.initializers.get`.
    depthwise_regularizer, bias_regularizer : str, mapping or None
        Penalties; see `optlab.regularizers.get`.
    activity_regularizer : str, mapping or None
        Penalty on the outputs, divided by the rows of the batch.
    trainable, name
        See `Layer`.

    Attributes
    ----------
    kernel : ndarray, shape (*kernel_size, channels, depth_multiplier)
    bias : ndarray, shape (channels * depth_multiplier,), or None

    Raises
    ------
    InputError
        If an argument is out of range or unknown.
    """

    rank = 2

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.kernel_size = self._lengths("kernel_size", kernel_size)
        self.strides = self._lengths("strides", strides)
        self.dilation_rate = self._lengths("dilation_rate", dilation_rate)
        if len(set(self.strides)) > 1 or (
            self.strides[0] > 1 and max(self.dilation_rate) > 1
        ):
            raise self._error(
                "`strides` must be the same in both directions, and 1 where "
                "`dilation_rate` is above 1. Received: "
                f"strides={strides!r}, dilation_rate={dilation_rate!r}."
            )
        if not is_count(depth_multiplier, 1):
            raise self._error(
                "`depth_multiplier` must be a positive integer. Received: "
                f"depth_multiplier={depth_multiplier!r}."
            )
        self.depth_multiplier = int(depth_multiplier)
        self.padding = self._padding_name(padding, "valid", "same")
        self.data_format = self._channels_last(data_format)
        self._keep(
            activation,
            use_bias,
            depthwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            prefix="depthwise",
        )

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the kernel and the bias."""
        channels = self._image(input_shape)[2]
        window, strides, dilation = map(
            self._both, (self.kernel_size, self.strides, self.dilation_rate)
        )
        down, across = self._axes(input_shape, window, strides, dilation, self.padding)
        before = down.before, across.before
        self._window = np.array([*strides, *dilation, *before], np.int64)
        kernel = (*window, channels, self.depth_multiplier)
        output = (down.places, across.places, channels * self.depth_multiplier)
        return self._asked(input_shape, kernel, output, dtype)

    @property
    def multiply_adds(self) -> int:
        """Multiplications of one row's `forward`."""
        return math.prod(self.output_shape) * math.prod(self.kernel_size)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        super().resize(rows)
        self._blocks: Array | None = None

    def _apply(self, x: Array, bias: Array | None, mode: int, out: Array) -> None:
        """Convolve."""
        self._x = x
        kernels.forward(x, self.kernel, self._window, out)
        bias_relu(self._z, bias, mode)

    def _gradients(self, grad: Array, out: Array | None) -> None:
        """Fill the gradients of the kernel and of the input."""
        if self.kernel_grad is not None:
            if self._blocks is None:
                blocks = -(-len(grad) // kernels.BLOCK)
                self._blocks = np.empty((blocks, *self.kernel.shape), grad.dtype)
            kernels.kernel_gradient(
                self._x, grad, self._window, self._blocks, self.kernel_grad
            )
        if out is not None:
            kernels.input_gradient(grad, self.kernel, self._window, out)
