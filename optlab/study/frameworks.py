r"""The rules as torch and the papers write them, where that gives other numbers.

Each has the slots of tf.keras's rule, and takes the numbers that its coefficients say.
The study page runs them beside it. In torch's Adam, which is the paper's algorithm 1,
epsilon is added to the corrected root; in torch's RMSprop and Adagrad, outside the
root; its SGD keeps the rate out of the velocity; its Adamax adds epsilon to |g|.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power


def adam_torch(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    correction_1: Any,
    correction_2: Any,
) -> Any:
    """Correct both moments first; epsilon joins the corrected root."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    m_hat = m / correction_1
    v_hat = v / correction_2
    update = learning_rate * m_hat / (np.sqrt(v_hat) + epsilon)
    param = param - update
    return param, m, v


def adam_torch_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    beta_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Work out both bias corrections."""
    correction_1 = one - power(beta_1, step)
    correction_2 = one - power(beta_2, step)
    return (
        learning_rate,
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
        correction_1,
        correction_2,
    )


def rmsprop_torch(
    param: Any,
    grad: Any,
    v: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Add epsilon outside the root."""
    v = rho * v + one_minus_rho * (grad * grad)
    denominator = np.sqrt(v) + epsilon
    increment = learning_rate * grad / denominator
    param = param - increment
    return param, v


def rmsprop_paper(
    param: Any,
    grad: Any,
    v: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Have no epsilon, as in the lecture."""
    v = rho * v + one_minus_rho * (grad * grad)
    increment = learning_rate * grad / np.sqrt(v)
    param = param - increment
    return param, v


def adagrad_torch(
    param: Any, grad: Any, a: Any, learning_rate: Any, epsilon: Any
) -> Any:
    """Add epsilon outside the root."""
    a = a + grad * grad
    param = param - learning_rate * grad / (np.sqrt(a) + epsilon)
    return param, a


def adagrad_paper(
    param: Any, grad: Any, a: Any, learning_rate: Any, epsilon: Any
) -> Any:
    """Have no epsilon."""
    a = a + grad * grad
    param = param - learning_rate * grad / np.sqrt(a)
    return param, a


def sgd_momentum_torch(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Keep the rate outside the velocity."""
    velocity = velocity * momentum + grad
    param = param - learning_rate * velocity
    return param, velocity


def sgd_nesterov_torch(
    param: Any, grad: Any, velocity: Any, learning_rate: Any, momentum: Any
) -> Any:
    """Keep the rate outside the velocity, and look ahead."""
    velocity = velocity * momentum + grad
    update = grad + velocity * momentum
    param = param - learning_rate * update
    return param, velocity


def adamax_torch(
    param: Any,
    grad: Any,
    m: Any,
    u: Any,
    learning_rate: Any,
    correction: Any,
    one_minus_beta_1: Any,
    beta_2: Any,
    epsilon: Any,
) -> Any:
    """Add epsilon to |g|, inside the maximum."""
    m = m + (grad - m) * one_minus_beta_1
    u = np.maximum(beta_2 * u, np.abs(grad) + epsilon)
    param = param - learning_rate * m / (correction * u)
    return param, m, u


def adamax_paper(
    param: Any,
    grad: Any,
    m: Any,
    u: Any,
    learning_rate: Any,
    correction: Any,
    one_minus_beta_1: Any,
    beta_2: Any,
    epsilon: Any,
) -> Any:
    """Have no epsilon."""
    m = m + (grad - m) * one_minus_beta_1
    u = np.maximum(beta_2 * u, np.abs(grad))
    param = param - learning_rate * m / (correction * u)
    return param, m, u


#: Of a rule of tf.keras by name: framework -> (rule, coefficients or None for the
#: same). Slots that begin elsewhere than in tf.keras stand in `BEGIN`.
WRITTEN: dict[str, dict[str, tuple[Any, Any]]] = {
    "adam": {
        "torch": (adam_torch, adam_torch_coefficients),
        "paper": (adam_torch, adam_torch_coefficients),
    },
    "adamax": {"torch": (adamax_torch, None), "paper": (adamax_paper, None)},
    "rmsprop": {"torch": (rmsprop_torch, None), "paper": (rmsprop_paper, None)},
    "adagrad": {"torch": (adagrad_torch, None), "paper": (adagrad_paper, None)},
    "sgd_momentum": {"torch": (sgd_momentum_torch, None)},
    "sgd_nesterov": {"torch": (sgd_nesterov_torch, None)},
}

#: tf.keras begins Adagrad's sum at 0.1; torch and the paper at 0.
BEGIN: dict[str, dict[str, float]] = {"adagrad": {"accumulator": 0.0}}
