r"""RMSprop: the gradient divided by the root of its running mean square.

.. math::
    v &\leftarrow \rho v + (1 - \rho) g^2 \\
    w &\leftarrow w - \eta g / \sqrt{v + \epsilon}

Centered, the running mean :math:`\bar g` is subtracted: the root is of
:math:`v - \bar g^2 + \epsilon`, an estimate of the variance. With momentum the step is
:math:`m \leftarrow \mu m + \eta g / \sqrt{\cdot}`, :math:`w \leftarrow w - m`.

tf.keras and optax add epsilon inside the root, torch outside, so tiny gradients give
steps that differ by a factor. The source has neither epsilon nor centering.

References
----------
Tieleman, Hinton, Lecture 6.5, Neural networks for machine learning, 2012.
Graves, Generating sequences with recurrent neural networks, 2013, equations 38-45.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def rmsprop(
    param: Any,
    grad: Any,
    v: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Scale the step by the running mean square."""
    v = rho * v + one_minus_rho * (grad * grad)
    denominator = v + epsilon
    increment = learning_rate * grad / np.sqrt(denominator)
    param = param - increment
    return param, v


def rmsprop_momentum(
    param: Any,
    grad: Any,
    v: Any,
    m: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Scale, and sum the steps with momentum."""
    v = rho * v + one_minus_rho * (grad * grad)
    denominator = v + epsilon
    increment = learning_rate * grad / np.sqrt(denominator)
    m = momentum * m + increment
    param = param - m
    return param, v, m


def rmsprop_centered(
    param: Any,
    grad: Any,
    v: Any,
    mean: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Scale the step by the running variance."""
    v = rho * v + one_minus_rho * (grad * grad)
    mean = rho * mean + one_minus_rho * grad
    denominator = v - mean * mean + epsilon
    increment = learning_rate * grad / np.sqrt(denominator)
    param = param - increment
    return param, v, mean


def rmsprop_centered_momentum(
    param: Any,
    grad: Any,
    v: Any,
    m: Any,
    mean: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Scale by the running variance, and sum the steps with momentum."""
    v = rho * v + one_minus_rho * (grad * grad)
    mean = rho * mean + one_minus_rho * grad
    denominator = v - mean * mean + epsilon
    increment = learning_rate * grad / np.sqrt(denominator)
    m = momentum * m + increment
    param = param - m
    return param, v, m, mean


def rmsprop_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    momentum: Any,
    rho: Any,
    one_minus_rho: Any,
    epsilon: Any,
) -> Any:
    """Return the numbers as they are; none depends on the step."""
    return learning_rate, momentum, rho, one_minus_rho, epsilon
