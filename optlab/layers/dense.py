r"""A fully connected layer.

.. math:: z = x W + b, \qquad y = f(z)

With :math:`\partial z = \partial y \, f'(z)` the gradients are

.. math::
    \partial W = x^T \partial z, \qquad \partial b = \sum_{\mathrm{rows}} \partial z,
    \qquad \partial x = \partial z \, W^T

W has shape (inputs, units) as in tf.keras; torch keeps the transpose. Inputs of more
axes, such as (steps, features), are multiplied along the last one, step by step.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab import activations, initializers, regularizers
from optlab.kernels.matmul import SMALL, matmul
from optlab.layers.base import Array, Layer, Rng, Shape, Weight, fold
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register

_LINEAR = activations.get("linear")


@register
class Dense(Layer):
    """Multiply by a matrix, add a bias, apply an activation.

    Parameters
    ----------
    units : int
        The number of outputs, at least 1.
    activation : str, Activation or None
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
    kernel : ndarray, shape (input_shape[-1], units)
        W, once the layer is in a model.
    bias : ndarray, shape (units,), or None
        b.

    Raises
    ------
    InputError
        If an argument is out of range or unknown.
    """

    supports_masking = True

    def __init__(
        self,
        units: int,
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
        if (
            isinstance(units, bool)
            or not isinstance(units, (int, np.integer))
            or units < 1
        ):
            raise self._error(
                f"`units` must be a positive integer. Received: units={units!r}."
            )
        self.units = int(units)
        self.activation = self._get(
            activations.get, "linear" if activation is None else activation
        )
        self.use_bias = self._flag("use_bias", use_bias)
        self.kernel_initializer = self._get(initializers.get, kernel_initializer)
        self.bias_initializer = self._get(initializers.get, bias_initializer)
        self.kernel_regularizer = self._get(regularizers.get, kernel_regularizer)
        self.bias_regularizer = self._get(regularizers.get, bias_regularizer)
        self._regularize_activity(activity_regularizer)
        self.bias: Array | None = None
        self.bias_grad: Array | None = None
        self.kernel: Array
        self.kernel_grad: Array | None

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Ask for the kernel and the bias."""
        super().build(input_shape, dtype)
        self.output_shape = (*input_shape[:-1], self.units)
        self._inputs = input_shape[-1]
        self._folded = len(input_shape) > 1
        self._z_buffer = Buffer(self.output_shape, dtype)
        self._out_buffer = Buffer(self.output_shape, dtype)
        self._grad_buffer = Buffer(input_shape, dtype)
        weights = [
            Weight(
                self,
                "kernel",
                (self._inputs, self.units),
                self.kernel_initializer,
                self.kernel_regularizer,
            )
        ]
        if self.use_bias:
            shape = (self.units,)
            weights.append(
                Weight(
                    self, "bias", shape, self.bias_initializer, self.bias_regularizer
                )
            )
        return weights

    def bind(self, name: str, array: Array, grad: Array | None) -> None:
        """Take a weight; keep a transposed view of the kernel for `backward`."""
        super().bind(name, array, grad)
        if name == "kernel":
            self._kernel_t = array.T

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self._rows = rows
        self._logits = self._z_buffer.rows(rows)
        linear = self.activation.name == "linear"
        self.output = self._logits if linear else self._out_buffer.rows(rows)
        self._z, self._out = fold(self._logits), fold(self.output)
        self._product = _product(len(self._z), self._inputs, self.units)
        self._backward_ready = False

    def _prepare_backward(self) -> None:
        """Make what only `backward` needs, at the first call for this many rows."""
        self._input_grad = self._grad_buffer.rows(self._rows)
        self._grad = fold(self._input_grad)
        self._transposed_of: Array | None = None
        rows, inputs, units = len(self._z), self._inputs, self.units
        self._kernel_product = _product(inputs, rows, units)
        self._input_product = _product(rows, units, inputs)
        self._backward_ready = True

    @property
    def learns(self) -> bool:
        """Whether the kernel and the bias are trained."""
        return self.trainable

    @property
    def multiply_adds(self) -> int:
        """One a weight of the kernel, for each step of the row."""
        shape: Shape = self.input_shape
        return math.prod(shape) * self.units

    @property
    def activation_name(self) -> str:
        """The name of the activation."""
        return str(self.activation.name)

    @property
    def logits(self) -> Array | None:
        """The latest z, under a softmax or sigmoid."""
        return self._logits if self.activation_name in ("softmax", "sigmoid") else None

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return the activation of ``x @ kernel + bias``."""
        if self._folded:
            x = fold(x)
        self._x = x
        self._product(x, self.kernel, self._z)
        self.activation.forward(self._z, self.bias, self._out)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradients of kernel and bias; return that of the input."""
        if self._folded:
            grad = fold(grad)
        self.activation.backward(grad, self._z, self._out, self.bias_grad)
        return self._backward_product(grad, need_input)

    def backward_from_logits(self, grad: Array, need_input: bool) -> Array:
        """As `backward`, for the derivative by z."""
        if self._folded:
            grad = fold(grad)
        _LINEAR.backward(grad, self._z, self._z, self.bias_grad)
        return self._backward_product(grad, need_input)

    def _backward_product(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradient of the kernel and return that of the input."""
        if not self._backward_ready:
            self._prepare_backward()
        if self.kernel_grad is not None:
            x = self._x
            # The buffer of a batch is the same object at every step.
            if x is not self._transposed_of:
                self._transposed_of = x
                self._transposed = x.T
            self._kernel_product(self._transposed, grad, self.kernel_grad)
        if need_input:
            self._input_product(grad, self._kernel_t, self._grad)
            return self._input_grad
        return grad


def _product(
    rows: int, length: int, columns: int
) -> Callable[[Array, Array, Array], Any]:
    """Return what multiplies matrices of these shapes: NumPy itself if small."""
    return np.dot if rows * length * columns <= SMALL else matmul
