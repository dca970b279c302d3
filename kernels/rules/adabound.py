r"""AdaBound: Adam whose rates are clipped to a band that narrows to SGD's one rate.

.. math::
    r &= \mathrm{clip}\left(\frac{\eta \sqrt{1 - \beta_2^t} / (1 - \beta_1^t)}
        {\sqrt v + \epsilon},\;
        \eta_\infty \Bigl(1 - \tfrac{1}{\gamma t + 1}\Bigr),\;
        \eta_\infty \Bigl(1 + \tfrac{1}{\gamma t}\Bigr)\right) \\
    w &\leftarrow w - r m

with :math:`m, v` as in Adam; amsbound divides by the largest :math:`v` so far. Neither
tf.keras nor torch nor optax has it. The authors let the band follow a schedule's rate;
here it is fixed. The paper divides the clipped rate by the root of t.

References
----------
Luo et al., Adaptive gradient methods with dynamic bound of learning rate, 2019.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")
AMSBOUND_SLOTS = (*SLOTS, "velocity_hat")


def adabound(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    alpha: Any,
    low: Any,
    high: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Step along the mean by a rate within the band."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    rate = np.minimum(np.maximum(alpha / (np.sqrt(v) + epsilon), low), high)
    param = param - rate * m
    return param, m, v


def amsbound(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    v_hat: Any,
    alpha: Any,
    low: Any,
    high: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Do so with the largest mean square so far."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    v_hat = np.maximum(v_hat, v)
    rate = np.minimum(np.maximum(alpha / (np.sqrt(v_hat) + epsilon), low), high)
    param = param - rate * m
    return param, m, v, v_hat


def adabound_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
    final_learning_rate: Any,
    gamma: Any,
) -> Any:
    """Fold both corrections into the rate, and narrow the band."""
    root = np.sqrt(correction(one_minus_beta_2, step))
    alpha = learning_rate * root / correction(one_minus_beta_1, step)
    passed = np.float64(gamma) * step
    low = final_learning_rate * (one - one / (passed + one))
    high = final_learning_rate * (one + one / passed)
    return alpha, low, high, one_minus_beta_1, one_minus_beta_2, epsilon
