r"""Adam: steps scaled by the running mean and mean square of the gradient.

.. math::
    \alpha &= \eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t) \\
    m &\leftarrow m + (g - m)(1 - \beta_1) \\
    v &\leftarrow v + (g^2 - v)(1 - \beta_2) \\
    w &\leftarrow w - m \alpha / (\sqrt{v} + \epsilon)

With amsgrad the largest :math:`v` so far takes the place of :math:`v` in the last line.

tf.keras folds both bias corrections into :math:`\alpha` (the paper's second form, end
of section 2), so its epsilon is the paper's epsilon-hat: torch and optax add epsilon to
the corrected root, and differ where gradients are not large against epsilon. For
amsgrad, optax takes the maximum of the corrected :math:`v`.

References
----------
Kingma, Ba, Adam: a method for stochastic optimization, 2015, algorithm 1.
Reddi, Kale, Kumar, On the convergence of Adam and beyond, 2018, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power

SLOTS = ("momentum", "velocity")
AMSGRAD_SLOTS = (*SLOTS, "velocity_hat")


def adam(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    alpha: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Update one parameter and its two moments."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(v) + epsilon
    update = m * alpha / denominator
    param = param - update
    return param, m, v


def adam_amsgrad(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    v_hat: Any,
    alpha: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Update with the largest second moment seen so far."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    v_hat = np.maximum(v_hat, v)
    denominator = np.sqrt(v_hat) + epsilon
    update = m * alpha / denominator
    param = param - update
    return param, m, v, v_hat


def adam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    beta_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Fold both bias corrections into the rate."""
    correction_1 = one - power(beta_1, step)
    correction_2 = one - power(beta_2, step)
    alpha = learning_rate * np.sqrt(correction_2) / correction_1
    return alpha, one_minus_beta_1, one_minus_beta_2, epsilon
