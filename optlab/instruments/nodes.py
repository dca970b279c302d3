r"""The steps of a dense network: forward, backward, and the derivatives of both.

For a direction v in the weights, with :math:`R` for the derivative along it
(Pearlmutter 1994), a linear step :math:`z = x W + b` has

.. math::
    R z &= (R x) W + x V + v_b, \\
    R \partial W &= (R x)^T \partial z + x^T R \partial z, \qquad
    R \partial x = (R \partial z) W^T + \partial z V^T

and an activation :math:`y = f(z)` has

.. math::
    R y = f'(z) R z, \qquad
    R \partial z = f''(z) \, \partial y \, R z + f'(z) \, R \partial y.

`forward` and `backward` keep what does not depend on v. A direction may be several at
once: arrays of directions have an axis (vectors) in front. Arrays of the base point
have shape (samples, features); a sample is a row, or a step of one.

References
----------
Pearlmutter, "Fast exact multiplication by the Hessian", Neural Computation 6, 1994.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.instruments.activations import DERIVATIVES
from optlab.instruments.products import Rooms, each, joint, multiply
from optlab.typing import Array


class Node:
    """One step.

    Parameters
    ----------
    features : int
        Of its input.

    Attributes
    ----------
    width : int
        Features of its output.
    """

    def __init__(self, features: int) -> None:
        self.features = self.width = features
        self.room = Rooms()

    #: Whether any weight is trained.
    learns = False

    def forward(self, x: Array) -> Array:
        """Return the output for inputs of shape (samples, features)."""
        raise NotImplementedError

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient by the input, given that by the output."""
        raise NotImplementedError

    def forward_along(self, rx: Array | None) -> Array:
        """Return R y, given R x (None where it is 0)."""
        raise NotImplementedError

    def backward_along(self, rgrad: Array, need_input: bool) -> Array:
        """Return R of the gradient by the input, given that by the output."""
        raise NotImplementedError


class Linear(Node):
    """Multiply by a matrix, add a bias.

    Parameters
    ----------
    features : int
        Of the input.
    kernel, bias : ndarray
        Weights of the base point; `bias` may be None.
    kernel_grad, bias_grad : ndarray or None
        Where their gradients go; None for what is not trained.
    """

    def __init__(
        self,
        features: int,
        kernel: Array,
        bias: Array | None,
        kernel_grad: Array | None,
        bias_grad: Array | None,
    ) -> None:
        super().__init__(features)
        self.width = kernel.shape[1]
        self.learns = kernel_grad is not None or bias_grad is not None
        self.kernel, self.bias = kernel, bias
        self.kernel_grad, self.bias_grad = kernel_grad, bias_grad
        #: The present directions and the products, (vectors, *shape).
        self.v_kernel: Array | None = None
        self.v_bias: Array | None = None
        self.h_kernel: Array | None = None
        self.h_bias: Array | None = None
        self._rx: Array | None = None

    def forward(self, x: Array) -> Array:
        """Return x W + b."""
        self.x = x
        z = self.room("z", (len(x), self.width), x.dtype)
        multiply(x, self.kernel, z)
        if self.bias is not None:
            z += self.bias
        return z

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Fill the gradients; keep that by the output."""
        self.grad = grad
        if self.kernel_grad is not None:
            multiply(self.x.T, grad, self.kernel_grad)
        if self.bias_grad is not None:
            np.add.reduce(grad, 0, out=self.bias_grad)
        if not need_input:
            return grad
        below = self.room("gx", self.x.shape, grad.dtype)
        multiply(grad, self.kernel.T, below)
        return below

    def forward_along(self, rx: Array | None) -> Array:
        """Return (R x) W + x V + v_b."""
        self._rx = rx
        v = self.v_kernel
        vectors = len(rx) if rx is not None else self._vectors()
        shape = (vectors, len(self.x), self.width)
        rz = self.room("rz", shape, self.x.dtype)
        if v is not None:
            each(self.x, v, rz)
        if rx is not None:
            target = rz if v is None else self.room("rz2", shape, self.x.dtype)
            multiply(joint(rx), self.kernel, joint(target))
            if v is not None:
                rz += target
        elif v is None:
            rz[...] = 0
        if self.v_bias is not None:
            rz += self.v_bias[:, None, :]
        return rz

    def _vectors(self) -> int:
        found: Any = self.v_kernel if self.v_kernel is not None else self.v_bias
        return len(found)

    def backward_along(self, rgrad: Array, need_input: bool) -> Array:
        """Fill the products; return (R dz) W^T + dz V^T."""
        rx = self._rx
        if self.h_kernel is not None:
            each(self.x.T, rgrad, self.h_kernel)
            if rx is not None:
                more = self.room("hw", self.h_kernel.shape, rgrad.dtype)
                each(rx.transpose(0, 2, 1), self.grad, more)
                self.h_kernel += more
        if self.h_bias is not None:
            np.add.reduce(rgrad, 1, out=self.h_bias)
        if not need_input:
            return rgrad
        below = self.room("rgx", (len(rgrad), *self.x.shape), rgrad.dtype)
        multiply(joint(rgrad), self.kernel.T, joint(below))
        if self.v_kernel is not None:
            more = self.room("rgx2", below.shape, rgrad.dtype)
            each(self.grad, self.v_kernel.transpose(0, 2, 1), more)
            below += more
        return below


class Elementwise(Node):
    """An activation that works entry by entry; see `Node`."""

    def __init__(self, features: int, activation: Any) -> None:
        super().__init__(features)
        self.activation = activation
        self._derivatives = DERIVATIVES[activation.name]
        self._constants = tuple(activation.constants.values())

    def forward(self, x: Array) -> Array:
        """Return f(x); keep both derivatives."""
        y = self.room("y", x.shape, x.dtype)
        self.activation.forward(x, None, y)
        self.slope, self._bend = self._derivatives(x, y, *self._constants)
        return y

    def backward(self, grad: Array, need_input: bool) -> Any:
        """Return f' times the gradient; keep f'' times it."""
        self.bend = None if self._bend is None else self._bend * grad
        below = self.room("gx", grad.shape, grad.dtype)
        return np.multiply(self.slope, grad, out=below)

    def forward_along(self, rx: Any) -> Any:
        """Return f' R z."""
        self._rx = rx
        ry = self.room("ry", rx.shape, rx.dtype)
        return np.multiply(self.slope, rx, out=ry)

    def backward_along(self, rgrad: Array, need_input: bool) -> Array:
        """Return f' R dy + f'' dy R z."""
        below = self.room("rgx", rgrad.shape, rgrad.dtype)
        np.multiply(self.slope, rgrad, out=below)
        if self.bend is not None:
            below += np.multiply(self.bend, self._rx, out=self._rx)
        return below


class Softmax(Node):
    """Softmax by rows: dz = y (g - g . y)."""

    def forward(self, x: Array) -> Any:
        """Return the shares."""
        shifted = np.exp(x - x.max(1, keepdims=True))
        self.y = shifted / shifted.sum(1, keepdims=True)
        return self.y

    def backward(self, grad: Array, need_input: bool) -> Any:
        """Return the gradient; keep what it was."""
        self.grad = grad - (grad * self.y).sum(1, keepdims=True)
        return self.y * self.grad

    def forward_along(self, rx: Any) -> Any:
        """Return y (R z - y . R z)."""
        self._ry = self.y * (rx - (self.y * rx).sum(2, keepdims=True))
        return self._ry

    def backward_along(self, rgrad: Array, need_input: bool) -> Any:
        """Differentiate both factors; the second one's mean is taken with y."""
        # g . R y is (g - g . y) . R y, as the entries of R y sum to 0.
        mean = (rgrad * self.y + self.grad * self._ry).sum(2, keepdims=True)
        return self._ry * self.grad + self.y * (rgrad - mean)


class LogSoftmax(Node):
    """Logarithm of softmax by rows: dz = g - p sum g."""

    def forward(self, x: Array) -> Any:
        """Return the logarithms of the shares."""
        shifted = x - x.max(1, keepdims=True)
        y = shifted - np.log(np.exp(shifted).sum(1, keepdims=True))
        self.p = np.exp(y)
        return y

    def backward(self, grad: Array, need_input: bool) -> Any:
        """Return the gradient; keep its sum."""
        self.total = grad.sum(1, keepdims=True)
        return grad - self.p * self.total

    def forward_along(self, rx: Any) -> Any:
        """Return R z - p . R z."""
        self._ry = rx - (self.p * rx).sum(2, keepdims=True)
        return self._ry

    def backward_along(self, rgrad: Array, need_input: bool) -> Any:
        """Differentiate p and the sum."""
        total = rgrad.sum(2, keepdims=True)
        return rgrad - self.p * (self._ry * self.total + total)
