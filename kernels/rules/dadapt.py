r"""D-Adaptation: a rate from a lower bound of the distance to the solution.

For Adam, with :math:`\beta = \sqrt{\beta_2}` and :math:`\eta_t = d_t\, \eta`:

.. math::
    m &\leftarrow \beta_1 m + (1 - \beta_1) \eta_t g, \qquad
    v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \qquad
    w \leftarrow w - \frac{m}{\sqrt v + \epsilon} \\
    r &\leftarrow \beta r + (1 - \beta) \eta_t
        \Big\langle g, \frac{s}{\sqrt v + \epsilon} \Big\rangle, \qquad
    s \leftarrow \beta s + (1 - \beta) \eta_t g, \qquad
    d_{t+1} = \max\Big(d_t, \frac{r}{(1 - \beta) \lVert s \rVert_1}\Big)

with the v before this gradient in r; for SGD with momentum, with
:math:`\eta_t = d_t\, \eta / \lVert g_1 \rVert`:

.. math::
    r &\leftarrow r + \eta_t \langle g, s \rangle, \qquad
    s \leftarrow s + \eta_t g, \qquad
    d_{t+1} = \max(d_t, 2 r / \lVert s \rVert_2) \\
    w &\leftarrow \mu w + (1 - \mu) (w_0 - s)

where inner products and norms are of all parameters together. It is the authors'
version 3. Neither tf.keras nor torch has it; optax has that of Adam alone,
contrib.dadapt_adamw, which always corrects the biases.

References
----------
Defazio, Mishchenko, Learning-rate-free learning by D-Adaptation, 2023, algorithms 4
and 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.sums import sum_eigen, sum_of_squares_eigen

ADAM_SLOTS = ("momentum", "velocity", "gradient_sum")
SGD_SLOTS = ("gradient_sum", "start")


def dadapt_adam(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    s: Any,
    rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_root: Any,
    epsilon: Any,
) -> Any:
    """Step along a mean of gradients that the rate has scaled."""
    scaled = rate * grad
    m = m + (scaled - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    s = s + (scaled - s) * one_minus_root
    param = param - m / (np.sqrt(v) + epsilon)
    return param, m, v, s


def dadapt_adam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_root_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Return the numbers as they are; the rate is that of the distance already."""
    return (
        learning_rate,
        one_minus_beta_1,
        one_minus_beta_2,
        one_minus_root_beta_2,
        epsilon,
    )


def dadapt_adam_sums(
    grad: Any, v: Any, s: Any, rate: Any, one_minus_root: Any, epsilon: Any
) -> tuple[float, float]:
    """Return a tensor's part of the inner product, and of the norm of the new s."""
    inner = sum_eigen(grad * (s / (np.sqrt(v) + epsilon)))
    after = s + (rate * grad - s) * one_minus_root
    return float(inner), float(sum_eigen(np.abs(after)))


def dadapt_sgd(
    param: Any,
    grad: Any,
    s: Any,
    start: Any,
    rate: Any,
    momentum: Any,
    l2: Any,
    one: Any,
) -> Any:
    """Move to the start less the sum of steps, or a part of the way."""
    s = s + rate * (grad + l2 * param)
    param = momentum * param + (one - momentum) * (start - s)
    return param, s, start


def dadapt_sgd_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    momentum: Any,
    l2: Any,
) -> Any:
    """Return the numbers as they are; the rate is that of the distance already."""
    return learning_rate, momentum, l2, one


def dadapt_sgd_sums(grad: Any, s: Any, rate: Any) -> tuple[float, float]:
    """Return a tensor's part of the inner product, and of the square of the new s."""
    inner = sum_eigen(grad * s)
    return float(inner), float(sum_of_squares_eigen(s + rate * grad))
