"""The steps of a dense network that have no weights: activations; see `nodes`."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.instruments.activations import DERIVATIVES
from optlab.instruments.nodes import Node
from optlab.typing import Array


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


def activation_node(features: int, activation: Any) -> Node | None:
    """Return the step of an activation; None for linear, which is none."""
    if activation.name in DERIVATIVES:
        return Elementwise(features, activation)
    by_rows = {"softmax": Softmax, "log_softmax": LogSoftmax}
    return by_rows[activation.name](features) if activation.name != "linear" else None
