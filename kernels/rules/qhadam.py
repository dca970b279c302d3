r"""QHAdam: Adam between its running means and the gradient of the moment.

.. math::
    w \leftarrow w - \eta \frac{(1 - \nu_1) g + \nu_1 m / (1 - \beta_1^t)}
        {\sqrt{(1 - \nu_2) g^2 + \nu_2 v / (1 - \beta_2^t)} + \epsilon}

with :math:`m, v` as in Adam, which it is at :math:`\nu_1 = \nu_2 = 1`. Neither tf.keras
nor torch nor optax has it.

References
----------
Ma, Yarats, Quasi-hyperbolic momentum and Adam for deep learning, 2019, equation 18.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction

SLOTS = ("momentum", "velocity")


def qhadam(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    part_m: Any,
    part_g: Any,
    part_v: Any,
    part_s: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Mix the gradient into the mean, and its square into the mean square."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(part_s * grad * grad + part_v * v) + epsilon
    param = param - learning_rate * (part_g * grad + part_m * m) / denominator
    return param, m, v


def qhadam_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    nu_1: Any,
    nu_2: Any,
    epsilon: Any,
) -> Any:
    """Fold both bias corrections into the shares."""
    part_m = nu_1 / correction(one_minus_beta_1, step)
    part_v = nu_2 / correction(one_minus_beta_2, step)
    return (
        learning_rate,
        part_m,
        one - nu_1,
        part_v,
        one - nu_2,
        one_minus_beta_1,
        one_minus_beta_2,
        epsilon,
    )
