r"""Yogi: Adam whose mean square changes by an amount that does not depend on its size.

.. math::
    v &\leftarrow v - (1 - \beta_2)\, \mathrm{sign}(v - g^2)\, g^2 \\
    w &\leftarrow w - \frac{\eta}{1 - \beta_1^t} \cdot
        \frac{m}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}

with :math:`m` as in Adam; :math:`v` begins with a small number. Neither tf.keras nor
torch has it; optax begins the mean with that number too, and the paper corrects
nothing.

References
----------
Zaheer et al., Adaptive methods for nonconvex optimization, 2018, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")


def yogi(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    rate: Any,
    root: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Let the mean square grow or fall by a share of the square."""
    m = m + (grad - m) * one_minus_beta_1
    square = grad * grad
    v = v - one_minus_beta_2 * np.sign(v - square) * square
    denominator = np.sqrt(v) / root + epsilon
    param = param - rate * m / denominator
    return param, m, v


def yogi_coefficients(
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
