r"""Convolutions over sequences and images.

.. math:: y = f\left(\sum_{i,j,c} x_{\,sh+di,\,sw+dj,\,c} \; k_{i,j,c} + b\right)

at each place (h, w), with stride s and dilation d: what is called a convolution is a
cross-correlation, in every framework. The kernel has tf.keras's shape, (window,
channels, filters); torch's is (filters, channels, window). With padding "same" and an
uneven number of pixels, TensorFlow puts the odd one at the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.tiles import STORE
from optlab.layers.base import Array, Shape, Weight
from optlab.layers.convolution_plan import ConvolutionPlan, Geometry
from optlab.layers.filters import Filters
from optlab.layers.registry import register
from optlab.lookup import is_count


class Convolution(Filters):
    """Base class of the convolutions.

    Parameters
    ----------
    filters : int
        The number of channels of the output, at least 1.
    kernel_size : int or sequence of int
        The window.
    strides : int or sequence of int
        From one place of the window to the next.
    padding : {"valid", "same", "causal"}
        No padding; as many places as pixels (over the stride); or, over sequences, none
        but in front, so that no step sees a later one.
    data_format : str, optional
        "channels_last", which is the same as None.
    dilation_rate : int or sequence of int
        From one tap of the window to the next; 1 where a stride is above 1.
    groups : int
        Only 1.
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
    kernel : ndarray, shape (*kernel_size, channels, filters)
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
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
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
        if not is_count(groups, 1) or groups != 1:
            raise self._error(
                "`groups` must be 1; `DepthwiseConv2D` has a group for each channel. "
                f"Received: groups={groups!r}."
            )
        self.groups = 1
        self._keep_window(filters, kernel_size, strides, dilation_rate)
        kinds = ("valid", "same", "causal")[: 4 - self.rank]
        self.padding = self._padding_name(padding, *kinds)
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

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the kernel and the bias."""
        height, width, channels = self._image(input_shape)
        window, strides, dilation = map(
            self._both, (self.kernel_size, self.strides, self.dilation_rate)
        )
        down, across = self._axes(input_shape, window, strides, dilation, self.padding)
        self._plan = ConvolutionPlan(
            Geometry(
                (height, width, channels),
                (down.places, across.places, self.filters),
                window,
                strides,
                dilation,
                (down.before, across.before),
                (down.after, across.after),
            ),
            dtype,
        )
        places = (down.places, across.places)[2 - self.rank :]
        kernel = (*self.kernel_size, channels, self.filters)
        return self._asked(input_shape, kernel, (*places, self.filters), dtype)

    @property
    def multiply_adds(self) -> int:
        """Multiplications of one row's `forward`."""
        return self._plan.geometry.multiply_adds

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        super().resize(rows)
        self._plan.resize(rows)

    def _apply(self, x: Array, bias: Array | None, mode: int, out: Array) -> None:
        """Convolve."""
        self._padded = self._plan.padded(x)
        self._plan.output(self._padded, self.kernel, bias, mode, out)

    def _gradients(self, grad: Array, out: Array | None) -> None:
        """Fill the gradients of the kernel and of the input."""
        read = self._plan.bordered(grad, out is not None)
        if self.kernel_grad is not None:
            self._plan.kernel_gradient(self._padded, read, self.kernel_grad)
        if out is not None:
            self._plan.input_gradient(read, self.kernel, None, STORE, out)


@register
class Conv1D(Convolution):
    """Convolve sequences (rows, steps, channels); arguments as in `Convolution`."""

    rank = 1


@register
class Conv2D(Convolution):
    """Convolve images (rows, height, width, channels); see `Convolution`."""

    rank = 2
