r"""Adamax: Adam with the running maximum of the gradient in place of its mean square.

.. math::
    m &\leftarrow m + (g - m)(1 - \beta_1), \quad u \leftarrow \max(\beta_2 u, |g|) \\
    w &\leftarrow w - \eta m / ((1 - \beta_1^t)(u + \epsilon))

torch adds epsilon inside the maximum, to :math:`|g|`; the paper has none.

References
----------
Kingma, Ba, Adam: a method for stochastic optimization, 2015, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power

SLOTS = ("momentum", "norm")


def adamax(
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
    """Scale the mean gradient by the infinity norm."""
    m = m + (grad - m) * one_minus_beta_1
    u = np.maximum(beta_2 * u, np.abs(grad))
    param = param - learning_rate * m / (correction * (u + epsilon))
    return param, m, u


def adamax_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    one_minus_beta_1: Any,
    beta_2: Any,
    epsilon: Any,
) -> Any:
    """Work out the bias correction of the mean."""
    correction = one - power(beta_1, step)
    return learning_rate, correction, one_minus_beta_1, beta_2, epsilon
