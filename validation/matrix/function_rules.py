r"""Update rules as `tf.function` computes them.

Grappler, which optimizes every graph, rewrites a quotient by a root and a power of one
half:

.. math:: x / \sqrt{y} \;\to\; x \cdot \mathrm{rsqrt}(y), \qquad
    x^{0.5} \;\to\; \sqrt{x}

Each function is the rule of the same name in `optlab.kernels.rules` with these
replacements and no other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.matrix.rsqrt import rsqrt


def adagrad(param: Any, grad: Any, a: Any, learning_rate: Any, epsilon: Any) -> Any:
    """Multiply by the reciprocal root."""
    a = a + grad * grad
    return param - learning_rate * grad * rsqrt(a + epsilon), a


def rmsprop(
    param: Any,
    grad: Any,
    v: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    v = rho * v + c * (grad * grad)
    return param - learning_rate * grad * rsqrt(v + epsilon), v


def rmsprop_momentum(
    param: Any,
    grad: Any,
    v: Any,
    m: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    v = rho * v + c * (grad * grad)
    m = momentum * m + learning_rate * grad * rsqrt(v + epsilon)
    return param - m, v, m


def rmsprop_centered(
    param: Any,
    grad: Any,
    v: Any,
    mean: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    v = rho * v + c * (grad * grad)
    mean = rho * mean + c * grad
    root = rsqrt(v - mean * mean + epsilon)
    return param - learning_rate * grad * root, v, mean


def adadelta(
    param: Any,
    grad: Any,
    a: Any,
    d: Any,
    learning_rate: Any,
    rho: Any,
    c: Any,
    epsilon: Any,
) -> Any:
    """Multiply by the reciprocal root."""
    a = rho * a + c * (grad * grad)
    delta = -(np.sqrt(d + epsilon) * grad * rsqrt(a + epsilon))
    d = rho * d + c * (delta * delta)
    return param + learning_rate * delta, a, d


def ftrl(
    param: Any,
    grad: Any,
    n: Any,
    z: Any,
    learning_rate: Any,
    power: Any,
    l1: Any,
    two_l2: Any,
    two_shrinkage: Any,
) -> Any:
    """Take a root for the power."""
    shrunk = grad + two_shrinkage * param
    n_new = n + grad * grad
    root_new = np.sqrt(n_new)
    sigma = (root_new - np.sqrt(n)) / learning_rate
    z = z + (shrunk - sigma * param)
    quadratic = root_new / learning_rate + two_l2
    clipped = np.maximum(np.minimum(z, l1), -l1)
    return (clipped - z) / quadratic, n_new, z
