r"""Lamb: Adam's step, rescaled so that each tensor moves in proportion to its norm.

.. math::
    u &= \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}, \qquad
    r = \lVert w \rVert / \lVert u \rVert \\
    w &\leftarrow w - r \eta u

with :math:`m, v` as in Adam and :math:`r = 1` where a norm is 0. The paper passes
:math:`\lVert w \rVert` through a bounded function and adds the decay to :math:`u`;
tf.keras does neither (its decay is the decoupled one).

tf.keras squares with ``pow(x, 2)``, which TensorFlow rounds differently from ``x * x``;
`tf_power` does the same, so that the norms agree to the last bit.

References
----------
You et al., Large batch optimization for deep learning, 2020, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.sums import sum_eigen
from optlab.kernels.tf_pow import tf_power

SLOTS = ("momentum", "velocity")


def lamb(
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
    one: Any,
) -> Any:
    """Take Adam's step, then give it the tensor's own scale."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    m_hat = m / correction_1
    denominator = np.sqrt(v / correction_2) + epsilon
    update = m_hat / denominator
    param_norm = np.sqrt(sum_eigen(tf_power(param, one + one)))
    update_norm = np.sqrt(sum_eigen(tf_power(update, one + one)))
    ratio = param_norm / update_norm if param_norm > 0 and update_norm > 0 else one
    param = param - ratio * learning_rate * update
    return param, m, v


def lamb_coefficients(
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
    return (
        learning_rate,
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
        one - power(beta_1, step),
        one - power(beta_2, step),
        one,
    )
