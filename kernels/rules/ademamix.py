r"""AdEMAMix: Adam with a second mean that remembers ten times as long.

.. math::
    m_1 &\leftarrow \beta_1 m_1 + (1 - \beta_1) g, \qquad
    m_2 \leftarrow \beta_3 m_2 + (1 - \beta_3) g \\
    w &\leftarrow w - \eta \frac{m_1 / (1 - \beta_1^t) + \alpha m_2}
        {\sqrt{v / (1 - \beta_2^t)} + \epsilon}

with :math:`v` as in Adam. Over the steps of `warmup_steps` alpha rises linearly and the
half-life of :math:`m_2` from that of :math:`m_1`. Neither tf.keras nor torch has it;
optax agrees where its schedules are constant.

References
----------
Pagliardini, Ablin, Grangier, The AdEMAMix optimizer: better, faster, older, 2024,
algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import exponential, logarithm
from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "slow_momentum", "velocity")


def ademamix(
    param: Any,
    grad: Any,
    m: Any,
    slow: Any,
    v: Any,
    rate: Any,
    rate_slow: Any,
    root: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_3: Any,
    epsilon: Any,
) -> Any:
    """Step along a fast and a slow mean."""
    m = m + (grad - m) * one_minus_beta_1
    slow = slow + (grad - slow) * one_minus_beta_3
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(v) / root + epsilon
    param = param - (rate * m + rate_slow * slow) / denominator
    return param, m, slow, v


def ademamix_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_3: Any,
    alpha: Any,
    epsilon: Any,
    warmup_steps: Any,
) -> Any:
    """Work out the corrections, and how warm alpha and the slow mean are."""
    rate = learning_rate / correction(one_minus_beta_1, step)
    root = np.sqrt(correction(one_minus_beta_2, step))
    share = np.float64(one)
    slow = np.float64(one_minus_beta_3)
    if step < warmup_steps:
        share = np.float64(step) / warmup_steps
        first = np.float64(logarithm(one - np.float64(one_minus_beta_1)))
        last = np.float64(logarithm(one - np.float64(one_minus_beta_3)))
        warm = first * last / ((one - share) * last + share * first)
        slow = np.maximum(one - np.float64(exponential(warm)), slow)
    return (
        rate,
        learning_rate * (share * alpha),
        root,
        one_minus_beta_1,
        one_minus_beta_2,
        slow,
        epsilon,
    )
