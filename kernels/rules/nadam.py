r"""Nadam: Adam with Nesterov's look-ahead and a momentum that warms up.

.. math::
    u_t &= \beta_1 (1 - \tfrac12\, 0.96^{t}), \qquad U_t = \prod_{i \le t} u_i \\
    m &\leftarrow m + (g - m)(1 - \beta_1), \quad
    v \leftarrow v + (g^2 - v)(1 - \beta_2) \\
    \hat m &= u_{t+1} m / (1 - U_t u_{t+1}) + (1 - u_t) g / (1 - U_t) \\
    w &\leftarrow w - \hat m \eta / (\sqrt{v / (1 - \beta_2^t)} + \epsilon)

The decay 0.96 follows the paper with its 250 left out; torch puts a `momentum_decay` of
0.004 on the exponent (:math:`0.96^{0.004 t}`), and optax has no warm-up.

References
----------
Dozat, Incorporating Nesterov momentum into Adam, 2016, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power

SLOTS = ("momentum", "velocity")


def nadam(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    u_next: Any,
    one_minus_u: Any,
    correction_next: Any,
    correction: Any,
    correction_2: Any,
) -> Any:
    """Look ahead along the mean and add the present gradient."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    m_hat = u_next * m / correction_next + one_minus_u * grad / correction
    v_hat = v / correction_2
    param = param - m_hat * learning_rate / (np.sqrt(v_hat) + epsilon)
    return param, m, v


def nadam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    beta_2: Any,
    epsilon: Any,
    decay: Any,
    half: Any,
    u_product: Any,
) -> Any:
    """Work out this and the next momentum; `u_product` includes this step's."""
    u = beta_1 * (one - half * power(decay, step))
    u_next = beta_1 * (one - half * power(decay, step + one))
    return (
        learning_rate,
        one - beta_1,
        one - beta_2,
        epsilon,
        u_next,
        one - u,
        one - u_product * u_next,
        one - u_product,
        one - power(beta_2, step),
    )
