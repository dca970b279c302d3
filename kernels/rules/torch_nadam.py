r"""Nadam as torch has it: Nesterov's momentum in Adam, with a momentum that warms up.

.. math::
    \mu_t &= \beta_1 (1 - \tfrac12 0.96^{t \psi}), \qquad
    \Pi_t = \mu_1 \cdots \mu_t, \qquad
    d = \sqrt{v / (1 - \beta_2^t)} + \epsilon \\
    w &\leftarrow w - \eta \frac{1 - \mu_t}{1 - \Pi_t} \cdot \frac g d
        - \eta \frac{\mu_{t+1}}{1 - \Pi_t \mu_{t+1}} \cdot \frac m d

tf.keras lets the momentum warm up 250 times as fast: it has :math:`0.96^t`, where the
paper and torch have :math:`\psi = 0.004`.

References
----------
Dozat, Incorporating Nesterov momentum into Adam, 2016, section 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")


def torch_nadam(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    rate_g: Any,
    rate_m: Any,
    correction_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Step along the gradient and the mean, each with its own share of the rate."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(v / correction_2) + epsilon
    param = param - (rate_g * grad + rate_m * m) / denominator
    return param, m, v


def torch_nadam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    momentum_decay: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    decay: Any,
    product: Any,
) -> Any:
    """Work out the momenta of this step and the next; `product` ends with this one."""
    base = np.float64(decay)
    half = np.float64(one) / (one + one)
    now = beta_1 * (
        one - half * np.float64(power(base, np.float64(step) * momentum_decay))
    )
    after = np.float64(step + one) * momentum_decay
    then = beta_1 * (one - half * np.float64(power(base, after)))
    rate_g = learning_rate * (one - now) / (one - product)
    rate_m = learning_rate * then / (one - product * then)
    return (
        rate_g,
        rate_m,
        correction(one_minus_beta_2, step),
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
    )
