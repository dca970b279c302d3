r"""LAMB with the decay inside the step, as in the paper and in optax.

.. math::
    u &= \frac{m / (1 - \beta_1^t)}{\sqrt{v / (1 - \beta_2^t)} + \epsilon}
        + \lambda w \\
    w &\leftarrow w - \eta \frac{\lVert w \rVert}{\lVert u \rVert} u

with :math:`m, v` as in Adam and a ratio of 1 where a norm is 0. The paper bounds the
norm of the parameter, optax and this rule do not; tf.keras's Lamb has no decay inside
and squares by a power (`optlab.kernels.rules.lamb`).

References
----------
You et al., Large batch optimization for deep learning, 2020, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction
from optlab.kernels.sums import norm_eigen

SLOTS = ("momentum", "velocity")


def paper_lamb(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    correction_1: Any,
    correction_2: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    l2: Any,
    epsilon: Any,
    one: Any,
) -> Any:
    """Take Adam's step and the decay, then give them the tensor's own scale."""
    m = m + (grad - m) * one_minus_beta_1
    v = v + (grad * grad - v) * one_minus_beta_2
    denominator = np.sqrt(v / correction_2) + epsilon
    update = m / correction_1 / denominator + l2 * param
    param_norm = norm_eigen(param)
    update_norm = norm_eigen(update)
    ratio = param_norm / update_norm if param_norm > 0 and update_norm > 0 else one
    param = param - learning_rate * ratio * update
    return param, m, v


def paper_lamb_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    l2_regularization_strength: Any,
    epsilon: Any,
) -> Any:
    """Work out both bias corrections."""
    correction_1 = correction(one_minus_beta_1, step)
    correction_2 = correction(one_minus_beta_2, step)
    return (
        learning_rate,
        correction_1,
        correction_2,
        one_minus_beta_1,
        one_minus_beta_2,
        l2_regularization_strength,
        epsilon,
        one,
    )
