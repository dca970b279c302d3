r"""AdaBelief: steps divided by how far the gradient is from its running mean.

.. math::
    s &\leftarrow \beta_2 s + (1 - \beta_2)(g - m)^2 + \epsilon \\
    w &\leftarrow w - \frac{\eta}{1 - \beta_1^t} \cdot
        \frac{m}{\sqrt s / \sqrt{1 - \beta_2^t} + \epsilon}

with :math:`m` as in Adam, already renewed. Neither tf.keras nor torch has it; optax
has, and takes the second epsilon apart from the first (`eps_root`).

References
----------
Zhuang et al., AdaBelief optimizer: adapting stepsizes by the belief in observed
gradients, 2020, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")


def adabelief(
    param: Any,
    grad: Any,
    m: Any,
    s: Any,
    rate: Any,
    root: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Step far where the gradient is as the mean had it."""
    m = m + (grad - m) * one_minus_beta_1
    surprise = grad - m
    s = s + (surprise * surprise - s) * one_minus_beta_2 + epsilon
    denominator = np.sqrt(s) / root + epsilon
    param = param - rate * m / denominator
    return param, m, s


def adabelief_coefficients(
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
