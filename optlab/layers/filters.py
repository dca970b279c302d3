"""What layers of filters share: kernel, bias, activation, and what surrounds a product.

The activations that a product's kernel can apply itself, linear and relu, are fused
into it; the others run over its result.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab import activations, initializers, regularizers
from optlab.kernels import convolution as kernels
from optlab.kernels.convolution import SUM_ROWS
from optlab.kernels.tiles import BIAS, PACKET_BYTES, PACKETS, RELU, STORE
from optlab.layers.base import Array, Rng, Shape, Weight, fold
from optlab.layers.buffer import Buffer
from optlab.layers.convolution_plan import PARALLEL_VALUES
from optlab.layers.team import spread
from optlab.layers.windows import Windowed
from optlab.lookup import is_count


class Filters(Windowed):
    """Base class of layers with a kernel, a bias and an activation.

    A subclass implements `_apply` and `_gradients`.
    """

    def _keep_window(
        self, filters: int, kernel_size: Any, strides: Any, dilation_rate: Any
    ) -> None:
        """Check and keep the arguments of a convolution's window."""
        if not is_count(filters, 1):
            raise self._error(
                f"`filters` must be a positive integer. Received: filters={filters!r}."
            )
        self.filters = int(filters)
        self.kernel_size = self._lengths("kernel_size", kernel_size)
        self.strides = self._lengths("strides", strides)
        self.dilation_rate = self._lengths("dilation_rate", dilation_rate)
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            raise self._error(
                "`strides` above 1 and `dilation_rate` above 1 exclude each other. "
                f"Received: strides={strides!r}, dilation_rate={dilation_rate!r}."
            )

    def _keep(
        self,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        bias_regularizer: Any,
        activity_regularizer: Any,
        prefix: str = "kernel",
    ) -> None:
        """Check and keep the arguments that all have, the kernel's under `prefix`."""
        self._prefix = prefix
        self.activation = self._get(activations.get, activation)
        self.use_bias = self._flag("use_bias", use_bias)
        for name, get, value in (
            (f"{prefix}_initializer", initializers.get, kernel_initializer),
            ("bias_initializer", initializers.get, bias_initializer),
            (f"{prefix}_regularizer", regularizers.get, kernel_regularizer),
            ("bias_regularizer", regularizers.get, bias_regularizer),
        ):
            setattr(self, name, self._get(get, value))
        self._regularize_activity(activity_regularizer)
        self.bias: Array | None = None
        self.bias_grad: Array | None = None
        self.kernel: Array
        self.kernel_grad: Array | None = None

    def _asked(
        self, input_shape: Shape, kernel: Shape, output: Shape, dtype: np.dtype[Any]
    ) -> list[Weight]:
        """Set the shapes; return the weights."""
        super().build(input_shape, dtype)
        self.output_shape = output
        self._z_buffer = Buffer(output, dtype)
        self._out_buffer = Buffer(output, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        columns = output[-1]
        width = PACKETS * PACKET_BYTES // dtype.itemsize
        # As the products read it: filled up to whole panels, 0 where there is none.
        self._whole_bias = np.zeros(-(-columns // width) * width, dtype)
        weights = [self._weight("kernel", kernel, self._prefix)]
        if self.use_bias:
            weights.append(self._weight("bias", (columns,), "bias"))
        return weights

    def _weight(self, name: str, shape: Shape, prefix: str) -> Weight:
        initializer = getattr(self, f"{prefix}_initializer")
        regularizer = getattr(self, f"{prefix}_regularizer")
        return Weight(self, name, shape, initializer, regularizer)

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        fused = self.activation.name in ("linear", "relu")
        self._logits = self._z_buffer.rows(rows)
        self.output = self._logits if fused else self._out_buffer.rows(rows)
        self._z, self._out = fold(self._logits), fold(self.output)
        sums = -(-len(self._z) // SUM_ROWS)
        self._sums = np.empty((sums, self._z.shape[1]), self._z.dtype)
        self._rows = rows
        self._grad: Array | None = None

    @property
    def learns(self) -> bool:
        """Whether the kernel and the bias are trained."""
        return self.trainable

    @property
    def activation_name(self) -> str:
        """The name of the activation."""
        return str(self.activation.name)

    @property
    def logits(self) -> Array | None:
        """The latest z, under a softmax or sigmoid."""
        return self._logits if self.activation_name in ("softmax", "sigmoid") else None

    def _apply(self, x: Array, bias: Array | None, mode: int, out: Array) -> None:
        """Write the product of the input, with bias and relu as `mode` says."""
        raise NotImplementedError

    def _gradients(self, grad: Array, out: Array | None) -> None:
        """Fill the kernel's gradient and, where it is wanted, the input's into `out`.

        Parameters
        ----------
        grad : ndarray, shape (rows, *output_shape)
            The derivative by z.
        out : ndarray, shape (rows, *input_shape), or None
            Receives the derivative by the input.
        """
        raise NotImplementedError

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the activation of the filtered input."""
        bias, name = self.bias, self.activation.name
        if bias is not None:
            self._whole_bias[: bias.size] = bias
        mode = RELU if name == "relu" else STORE if bias is None else BIAS
        self._apply(x, self._whole_bias, mode, self._logits)
        if self.output is not self._logits:
            self.activation.forward(self._z, None, self._out)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradients of kernel and bias; return that of the input."""
        if self.output is self._logits:
            return self._backward(grad, self.activation.name == "relu", need_input)
        self.activation.backward(fold(grad), self._z, self._out, self.bias_grad)
        return self._products(grad, need_input)

    def backward_from_logits(self, grad: Array, need_input: bool) -> Array:
        """As `backward`, for the derivative by z."""
        return self._backward(grad, False, need_input)

    def _backward(self, grad: Array, relu: bool, need_input: bool) -> Array:
        """Go back through relu or nothing, and through the product."""
        bias_grad = self.bias_grad
        if relu or bias_grad is not None:
            matrix, out, sums, rows = fold(grad), self._out, self._sums, SUM_ROWS

            def work(first: int, last: int) -> None:
                part = slice(first * rows, last * rows)
                kernels.relu_gradient(matrix[part], out[part], relu, sums[first:last])

            spread(work, len(sums), matrix.size >= PARALLEL_VALUES)
            if bias_grad is not None:
                kernels.add_sums(sums, bias_grad)
        return self._products(grad, need_input)

    def _products(self, grad: Array, need_input: bool) -> Array:
        if need_input and self._grad is None:
            self._grad = self._grad_buffer.rows(self._rows)
        self._gradients(grad, self._grad if need_input else None)
        return self._grad if need_input and self._grad is not None else grad
