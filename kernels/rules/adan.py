r"""Adan: Adam with Nesterov's momentum, from the differences of gradients.

.. math::
    m &\leftarrow \beta_1 m + (1 - \beta_1) g, \qquad
    d \leftarrow \beta_2 d + (1 - \beta_2)(g - g_{t-1}) \\
    n &\leftarrow \beta_3 n + (1 - \beta_3)(g + \beta_2 (g - g_{t-1}))^2 \\
    w &\leftarrow w - \eta \frac{m / (1 - \beta_1^t) + \beta_2 d / (1 - \beta_2^t)}
        {\sqrt{n / (1 - \beta_3^t)} + \epsilon}

The first difference is 0. Neither tf.keras nor torch has it; optax weights the
difference by 1 - beta_2 (docs/same-name-other-numbers.md). The betas are those of the
authors' program, 1 minus those of the paper. Weight decay is applied before the step,
the authors' `no_prox`; without it they divide by :math:`1 + \eta\lambda` after it.

References
----------
Xie et al., Adan: adaptive Nesterov momentum algorithm, 2022, algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "difference", "velocity", "previous_gradient")


def adan(
    param: Any,
    grad: Any,
    m: Any,
    d: Any,
    n: Any,
    previous: Any,
    rate_m: Any,
    rate_d: Any,
    root: Any,
    later: Any,
    beta_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_3: Any,
    epsilon: Any,
) -> Any:
    """Step along the mean and the mean change of the gradient."""
    change = later * (grad - previous)
    m = m + (grad - m) * one_minus_beta_1
    d = d + (change - d) * one_minus_beta_2
    ahead = grad + beta_2 * change
    n = n + (ahead * ahead - n) * one_minus_beta_3
    denominator = np.sqrt(n) / root + epsilon
    param = param - (rate_m * m + rate_d * d) / denominator
    return param, m, d, n, grad


def adan_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_3: Any,
    epsilon: Any,
) -> Any:
    """Work out three bias corrections."""
    rate_m = learning_rate / correction(one_minus_beta_1, step)
    rate_d = learning_rate * beta_2 / correction(one_minus_beta_2, step)
    root = np.sqrt(correction(one_minus_beta_3, step))
    later = one if step > one else one - one
    return (
        rate_m,
        rate_d,
        root,
        later,
        beta_2,
        one_minus_beta_1,
        one_minus_beta_2,
        one_minus_beta_3,
        epsilon,
    )
