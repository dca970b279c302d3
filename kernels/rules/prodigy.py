r"""Prodigy: Adam whose rate is an estimate of the distance to the solution.

.. math::
    \eta_t &= d_t\, \eta, \qquad
    m \leftarrow \beta_1 m + (1 - \beta_1) d_t g, \qquad
    v \leftarrow \beta_2 v + (1 - \beta_2) d_t^2 g^2 \\
    r &\leftarrow \beta_3 r + \frac{d_t}{d_0} \eta_t \langle g, w_0 - w \rangle, \qquad
    s \leftarrow \beta_3 s + \frac{d_t}{d_0} \eta_t\, g \\
    d_{t+1} &= \max(d_t, c\, r / \lVert s \rVert_1), \qquad
    w \leftarrow w - \eta_t \frac{m}{\sqrt v + d_{t+1} \epsilon}

where the inner product and the norm are of all parameters together, and
:math:`\beta_3 = \sqrt{\beta_2}` unless it is given. The paper's weights have no
:math:`1 / d_0`, which cancels. Neither tf.keras nor torch has it; optax's
contrib.prodigy always corrects the biases.

References
----------
Mishchenko, Defazio, Prodigy: an expeditiously adaptive parameter-free learner, 2023,
algorithm 4.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.sums import sum_eigen

SLOTS = ("momentum", "velocity", "gradient_sum")


def prodigy(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    s: Any,
    rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    beta_3: Any,
    epsilon: Any,
    distance: Any,
    weight: Any,
) -> Any:
    """Step as Adam does, of gradients and epsilon scaled by the distance."""
    scaled = distance * grad
    m = m + (scaled - m) * one_minus_beta_1
    v = v + (scaled * scaled - v) * one_minus_beta_2
    s = beta_3 * s + weight * grad
    param = param - rate * m / (np.sqrt(v) + epsilon)
    return param, m, v, s


def prodigy_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    beta_3: Any,
    epsilon: Any,
    distance: Any,
    weight: Any,
    next_distance: Any,
) -> Any:
    """Scale epsilon; the rate is that of the distance already."""
    return (
        learning_rate,
        one_minus_beta_1,
        one_minus_beta_2,
        beta_3,
        epsilon * next_distance,
        distance,
        weight,
    )


def prodigy_sums(
    param: Any, grad: Any, start: Any, s: Any, beta_3: Any, weight: Any
) -> tuple[float, float]:
    """Return a tensor's part of the inner product, and of the norm of the new s."""
    inner = sum_eigen(grad * (start - param))
    return float(inner), float(sum_eigen(np.abs(beta_3 * s + weight * grad)))
