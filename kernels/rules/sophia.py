r"""Sophia-G: a mean of gradients divided by a curvature, each quotient clipped.

.. math::
    m &\leftarrow \beta_1 m + (1 - \beta_1) g \\
    h &\leftarrow \beta_2 h + (1 - \beta_2)\, B g^2 \quad
        \text{at } t = 1, 1 + k, 1 + 2k, \ldots \\
    w &\leftarrow w - \eta\, \mathrm{sign}(m) \min(|m| / (\rho B h + \epsilon), 1)

The paper takes the curvature from labels drawn from the model's own prediction
(Gauss-Newton-Bartlett); here it is from the gradient itself, so from the true labels
(the empirical Fisher). With B the batch size the quotient is the authors' own. Neither
tf.keras nor torch has it; optax leaves the estimate to its user.

References
----------
Liu et al., Sophia: a scalable stochastic second-order optimizer for language model
pre-training, 2023, algorithms 2 and 3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("momentum", "hessian")


def sophia(
    param: Any,
    grad: Any,
    m: Any,
    h: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    weight: Any,
    scale: Any,
    epsilon: Any,
    one: Any,
) -> Any:
    """Step along the mean, by the rate where the curvature is small."""
    m = m + (grad - m) * one_minus_beta_1
    h = h + (grad * grad - h) * weight
    ratio = np.minimum(np.abs(m) / (scale * h + epsilon), one)
    param = param - learning_rate * np.sign(m) * ratio
    return param, m, h


def sophia_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    rho: Any,
    update_period: Any,
    batch_size: Any,
    epsilon: Any,
) -> Any:
    """Tell whether the curvature is renewed at this step."""
    rest = (step - one) - update_period * np.floor((step - one) / update_period)
    weight = one_minus_beta_2 if rest < one else one - one
    return learning_rate, one_minus_beta_1, weight, rho * batch_size, epsilon, one
