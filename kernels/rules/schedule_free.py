r"""Schedule-free AdamW: an average of the iterates in place of a schedule.

.. math::
    v &\leftarrow v + (g^2 - v)(1 - \beta_2) \\
    z_{new} &= z - \eta g / (\sqrt{v / (1 - \beta_2^t)} + \epsilon) \\
    x &= (y - (1 - \beta_1) z) / \beta_1, \qquad
    x_{new} = (1 - \tfrac1t) x + \tfrac1t z_{new} \\
    y_{new} &= (1 - \beta_1) z_{new} + \beta_1 x_{new}

:math:`y` is the parameter; gradients are taken there. :math:`x` is the average, never
stored. tf.keras 3.15 on TensorFlow reads :math:`z` after it was overwritten (the line
that means to keep the old value keeps a live view), so :math:`x` is recovered from
:math:`z_{new}`; `schedule_free_aliased` reproduces that for the parity check.

References
----------
Defazio et al., The road less scheduled, 2024, equations 3-5 and algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power

SLOTS = ("momentum", "velocity")


def schedule_free(
    param: Any,
    grad: Any,
    z: Any,
    v: Any,
    learning_rate: Any,
    beta_1: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    correction: Any,
    weight: Any,
    one_minus_weight: Any,
) -> Any:
    """Step z, move the average x, and put the parameter between them."""
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(v / correction) + epsilon
    z_old = z
    z = z - learning_rate * grad / denominator
    x = (param - one_minus_beta_1 * z_old) / beta_1
    x = one_minus_weight * x + weight * z
    param = one_minus_beta_1 * z + beta_1 * x
    return param, z, v


def schedule_free_aliased(
    param: Any,
    grad: Any,
    z: Any,
    v: Any,
    learning_rate: Any,
    beta_1: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    correction: Any,
    weight: Any,
    one_minus_weight: Any,
) -> Any:
    """Do the same with the new z in the place of the old, as tf.keras does."""
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(v / correction) + epsilon
    z = z - learning_rate * grad / denominator
    x = (param - one_minus_beta_1 * z) / beta_1
    x = one_minus_weight * x + weight * z
    param = one_minus_beta_1 * z + beta_1 * x
    return param, z, v


def schedule_free_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    beta_2: Any,
    epsilon: Any,
    warmup_steps: Any,
) -> Any:
    """Warm the rate up over `warmup_steps`; weigh iterate t by 1/t."""
    warm = learning_rate * np.minimum(step / np.maximum(warmup_steps, one), one)
    rate = warm if warmup_steps > 0 else learning_rate
    weight = one / step
    return (
        rate,
        beta_1,
        one - beta_1,
        one - beta_2,
        epsilon,
        one - power(beta_2, step),
        weight,
        one - weight,
    )
