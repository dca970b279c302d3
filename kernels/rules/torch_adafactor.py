r"""Adafactor as torch has it: its epsilon bounds the mean of squares from below.

.. math::
    \rho_t &= \min(\eta, 1 / \sqrt t), \qquad
    \alpha_t = \max(\epsilon_2, \mathrm{RMS}(w))\, \rho_t \\
    v &= r c^\top / \max(\mathrm{mean}(r), \epsilon_1), \qquad
    u = g / \sqrt{\max(v, \epsilon_1^2)} \\
    w &\leftarrow w - \alpha_t u / \max(1, \mathrm{RMS}(u) / d)

with :math:`r, c` (a vector: :math:`v`) running means of squares, weighted
:math:`t^{d_2}`. tf.keras adds its epsilon to every square, and has another rate
(`optlab.kernels.rules.adafactor`).

References
----------
Shazeer, Stern, Adafactor: adaptive learning rates with sublinear memory cost, 2018,
algorithms 4 and 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.rules.adafactor import mean, root_mean_square

SLOTS = ("r", "c", "velocity")


def torch_adafactor(
    param: Any,
    grad: Any,
    r: Any,
    c: Any,
    v: Any,
    rho: Any,
    weight: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    threshold: Any,
    one: Any,
) -> Any:
    """Scale the step by the factored root mean square, and by the parameter's own."""
    alpha = np.maximum(epsilon_2, root_mean_square(param)) * rho
    squares = grad * grad
    if param.ndim >= 2:
        r = r + (mean(squares, -1) - r) * weight
        c = c + (mean(squares, -2) - c) * weight
        mean_r = np.maximum(mean(np.atleast_2d(r), -1), epsilon_1)
        estimate = (r / mean_r.reshape(*r.shape[:-1], 1))[..., None] * c[..., None, :]
    else:
        v = v + (squares - v) * weight
        estimate = v
    update = grad / np.sqrt(np.maximum(estimate, epsilon_1 * epsilon_1))
    alpha = alpha / np.maximum(one, root_mean_square(update) / threshold)
    param = param - alpha * update
    return param, r, c, v


def torch_adafactor_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_2_decay: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    clip_threshold: Any,
) -> Any:
    """Let the rate fall as the root of the step, and the weight as its power."""
    count = np.float64(step)
    rho = np.minimum(learning_rate, one / np.sqrt(count))
    weight = np.float64(power(count, np.float64(beta_2_decay)))
    return rho, weight, epsilon_1, epsilon_2, clip_threshold, one
