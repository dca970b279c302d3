r"""RAdam: Adam whose step is as uncertain at first as its mean square is.

.. math::
    \rho_\infty &= \frac{2}{1 - \beta_2} - 1, \qquad
    \rho_t = \rho_\infty - \frac{2 t \beta_2^t}{1 - \beta_2^t} \\
    w &\leftarrow w - \frac{\eta m}{1 - \beta_1^t} \cdot
        \sqrt{\frac{(\rho_t - 4)(\rho_t - 2) \rho_\infty}
                   {(\rho_\infty - 4)(\rho_\infty - 2) \rho_t}} \cdot
        \frac{\sqrt{1 - \beta_2^t}}{\sqrt v + \epsilon}
    \quad \text{where } \rho_t > 5

and :math:`w - \eta m / (1 - \beta_1^t)` before. The paper's threshold is 4, its
authors' program has 5, and so has torch; optax has 5 as well, and adds epsilon to the
corrected root.

References
----------
Liu et al., On the variance of the adaptive learning rate and beyond, 2020, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")


def radam(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    rate: Any,
    adaptive: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    one: Any,
) -> Any:
    """Step along the mean, divided by the root once that can be trusted."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.where(adaptive > 0, np.sqrt(v) + epsilon, one)
    param = param - rate * m / denominator
    return param, m, v


def radam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Fold correction and rectification into the rate."""
    two = np.float64(one + one)
    left = correction(one_minus_beta_2, step)
    limit = two / one_minus_beta_2 - one
    length = limit - two * step * (one - left) / left
    rate = learning_rate / correction(one_minus_beta_1, step)
    adaptive = length > two + two + one
    if adaptive:
        above = (length - two - two) * (length - two) * limit
        below = (limit - two - two) * (limit - two) * length
        rate = rate * np.sqrt(left * above / below)
    return (
        rate,
        one if adaptive else one - one,
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
        one,
    )
