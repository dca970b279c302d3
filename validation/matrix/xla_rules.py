r"""Update rules as XLA computes them on a CPU.

XLA contracts a product and a sum into one rounding (FMA), on top of what Grappler does
in every `tf.function` (see `optlab.validation.matrix.function_rules`):

.. math:: a b + c \;\to\; \mathrm{fma}(a, b, c)

Each function is the rule of the same name in `optlab.kernels.rules` with these
replacements and no other.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.fma import fma
from optlab.validation.matrix.rsqrt import rsqrt_xla


def sgd(param: Any, grad: Any, learning_rate: Any) -> Any:
    """Round the step and the parameter together."""
    return (fma(-grad, learning_rate, param),)


def sgd_momentum(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Round the decayed velocity and the step together."""
    velocity = _decayed(velocity, grad, learning_rate, momentum)
    return param + velocity, velocity


def sgd_nesterov(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Do so twice."""
    velocity = _decayed(velocity, grad, learning_rate, momentum)
    update = _decayed(velocity, grad, learning_rate, momentum)
    return param + update, velocity


def _decayed(velocity: Any, grad: Any, learning_rate: Any, momentum: Any) -> Any:
    """Contract one product; a momentum of 1 is a constant, and its product is gone."""
    if momentum == 1:
        return fma(-grad, learning_rate, velocity)
    return fma(velocity, momentum, -(grad * learning_rate))


def _moments(grad: Any, m: Any, v: Any, rest_1: Any, rest_2: Any) -> Any:
    return fma(grad - m, rest_1, m), fma(fma(grad, grad, -v), rest_2, v)


def adam(
    param: Any, grad: Any, m: Any, v: Any, alpha: Any, c_1: Any, c_2: Any, epsilon: Any
) -> Any:
    """Contract both moments; the quotient leaves nothing to contract."""
    m, v = _moments(grad, m, v, c_1, c_2)
    return param - m * alpha / (np.sqrt(v) + epsilon), m, v


def adam_amsgrad(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    v_hat: Any,
    alpha: Any,
    c_1: Any,
    c_2: Any,
    epsilon: Any,
) -> Any:
    """Contract both moments."""
    m, v = _moments(grad, m, v, c_1, c_2)
    # XLA's maximum passes over NaN, NumPy's and eager TensorFlow's do not.
    v_hat = np.fmax(v_hat, v)
    return param - m * alpha / (np.sqrt(v_hat) + epsilon), m, v, v_hat


def adamax(
    param: Any,
    grad: Any,
    m: Any,
    u: Any,
    learning_rate: Any,
    correction: Any,
    c_1: Any,
    beta_2: Any,
    epsilon: Any,
) -> Any:
    """Contract the mean."""
    m = fma(grad - m, c_1, m)
    u = np.maximum(beta_2 * u, np.abs(grad))
    return param - learning_rate * m / (correction * (u + epsilon)), m, u


def lion(
    param: Any,
    grad: Any,
    m: Any,
    learning_rate: Any,
    beta_1: Any,
    c_1: Any,
    beta_2: Any,
    c_2: Any,
) -> Any:
    """Contract the decayed mean with the rounded product of the gradient."""
    direction = np.sign(fma(m, beta_1, grad * c_1))
    return fma(-learning_rate, direction, param), fma(m, beta_2, grad * c_2)


def adagrad(param: Any, grad: Any, a: Any, learning_rate: Any, epsilon: Any) -> Any:
    """Contract the sum of squares and the step by the reciprocal root."""
    a = fma(grad, grad, a)
    return fma(-(learning_rate * grad), rsqrt_xla(a + epsilon), param), a


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
    """Contract the mean square and the step."""
    v = fma(rho, v, c * (grad * grad))
    return fma(-(learning_rate * grad), rsqrt_xla(v + epsilon), param), v


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
    """Contract the mean square and the momentum."""
    v = fma(rho, v, c * (grad * grad))
    m = fma(momentum, m, learning_rate * grad * rsqrt_xla(v + epsilon))
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
    """Contract both means, the variance and the step."""
    v = fma(rho, v, c * (grad * grad))
    mean = fma(rho, mean, c * grad)
    root = rsqrt_xla(fma(-mean, mean, v) + epsilon)
    return fma(-(learning_rate * grad), root, param), v, mean


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
    """Contract both mean squares and the step."""
    a = fma(rho, a, c * (grad * grad))
    delta = -(np.sqrt(d + epsilon) * grad * rsqrt_xla(a + epsilon))
    d = fma(rho, d, c * (delta * delta))
    return fma(learning_rate, delta, param), a, d


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
    """Take a root for the power, and contract all sums of products."""
    shrunk = fma(two_shrinkage, param, grad)
    n_new = fma(grad, grad, n)
    root_new = np.sqrt(n_new)
    sigma = (root_new - np.sqrt(n)) / learning_rate
    z = z + fma(-sigma, param, shrunk)
    quadratic = root_new / learning_rate + two_l2
    clipped = np.maximum(np.minimum(z, l1), -l1)
    return (clipped - z) / quadratic, n_new, z
