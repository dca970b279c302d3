r"""Adam with epsilon beside the corrected root: the paper's algorithm 1, and torch.

.. math::
    m &\leftarrow m + (g - m)(1 - \beta_1), \qquad
    v \leftarrow v + (g^2 - v)(1 - \beta_2) \\
    w &\leftarrow w - \frac{\eta}{1 - \beta_1^t} \cdot
        \frac{m}{\sqrt v / \sqrt{1 - \beta_2^t} + \epsilon}

With amsgrad the largest :math:`v` so far, uncorrected, takes the place of :math:`v`.
tf.keras adds epsilon to the uncorrected root (`optlab.kernels.rules.adam`).

References
----------
Kingma, Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")
AMSGRAD_SLOTS = (*SLOTS, "velocity_hat")


def torch_adam(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    rate: Any,
    root: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Divide by the corrected root and epsilon."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(v) / root + epsilon
    param = param - rate * m / denominator
    return param, m, v


def torch_adam_amsgrad(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    v_hat: Any,
    rate: Any,
    root: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Divide by the root of the largest mean square so far."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    v_hat = np.maximum(v_hat, v)
    denominator = np.sqrt(v_hat) / root + epsilon
    param = param - rate * m / denominator
    return param, m, v, v_hat


def torch_adam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Work out both bias corrections."""
    rate = learning_rate / correction(one_minus_beta_1, step)
    root = np.sqrt(correction(one_minus_beta_2, step))
    return rate, root, one_minus_beta_1, one_minus_beta_2, epsilon
