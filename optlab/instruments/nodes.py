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

import numpy as np

from optlab.instruments.products import Rooms, each, joint, multiply
from optlab.kernels import curvature
from optlab.kernels.matmul import SMALL
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
        #: Where kernel and bias are in the arena; -1 for what is not trained.
        self.at_kernel = self.at_bias = -1
        #: The present directions and the products, (vectors, size of the arena).
        self.directions: Array = np.empty((0, 0), kernel.dtype)
        self.products = self.directions
        self._nothing = np.empty((0, 0, 0), kernel.dtype)
        self._rx = self._nothing

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
        self._rx = self._nothing if rx is None else rx
        shape = (len(self.directions), len(self.x), self.width)
        rz = self.room("rz", shape, self.x.dtype)
        if self._small:
            places = self.directions, self.at_kernel, self.at_bias
            curvature.forward_along(self.x, self.kernel, *places, self._rx, rz)
            return rz
        if self.at_kernel >= 0:
            each(self.x, self._part(self.directions, self.at_kernel), rz)
        else:
            rz[...] = 0
        if rx is not None:
            more = self.room("rz2", shape, self.x.dtype)
            multiply(joint(rx), self.kernel, joint(more))
            rz += more
        if self.at_bias >= 0:
            stop = self.at_bias + self.width
            rz += self.directions[:, None, self.at_bias : stop]
        return rz

    @property
    def _small(self) -> bool:
        """Whether a product is left to one call of BLAS."""
        return len(self.x) * self.kernel.size <= SMALL

    def _part(self, whole: Array, start: int) -> Array:
        """Return the kernel's part of directions or products, (vectors, in, out)."""
        part = whole[:, start : start + self.kernel.size]
        return part.reshape(len(whole), *self.kernel.shape)

    def backward_along(self, rgrad: Array, need_input: bool) -> Array:
        """Fill the products; return (R dz) W^T + dz V^T."""
        below = self._nothing
        if need_input:
            below = self.room("rgx", (len(rgrad), *self.x.shape), rgrad.dtype)
        places = self.directions, self.at_kernel, self.at_bias
        if self._small:
            curvature.backward_along(
                self.x, self.grad, self.kernel, *places, self._rx, rgrad,
                self.products, below,
            )  # fmt: skip
            return below
        if self.at_kernel >= 0:
            h = self._part(self.products, self.at_kernel)
            each(self.x.T, rgrad, h)
            if len(self._rx):
                more = self.room("hw", h.shape, rgrad.dtype)
                each(self._rx.transpose(0, 2, 1), self.grad, more)
                h += more
        if self.at_bias >= 0:
            stop = self.at_bias + self.width
            np.add.reduce(rgrad, 1, out=self.products[:, self.at_bias : stop])
        if need_input:
            multiply(joint(rgrad), self.kernel.T, joint(below))
            if self.at_kernel >= 0:
                more = self.room("rgx2", below.shape, rgrad.dtype)
                v = self._part(self.directions, self.at_kernel)
                each(self.grad, v.transpose(0, 2, 1), more)
                below += more
        return below
