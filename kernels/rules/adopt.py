r"""ADOPT: Adam that divides by yesterday's mean square, and converges for every beta.

.. math::
    m &\leftarrow \beta_1 m + (1 - \beta_1)\,
        \mathrm{clip}\left(\frac{g}{\max(\sqrt v, \epsilon)},
        \pm (t - 1)^{1/4}\right) \\
    w &\leftarrow w - \eta m, \qquad
    v \leftarrow \beta_2 v + (1 - \beta_2) g^2

The first step only sets :math:`v = g^2`. Neither tf.keras nor torch has it; optax
agrees. The clipping is of the paper's second version.

References
----------
Taniguchi et al., ADOPT: modified Adam can converge with any beta_2 with the optimal
rate, 2024, algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

SLOTS = ("momentum", "velocity")


def adopt(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    bound: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Normalize by what was known before this gradient."""
    scaled = grad / np.maximum(np.sqrt(v), epsilon)
    clipped = np.maximum(np.minimum(scaled, bound), -bound)
    m = m + (clipped - m) * one_minus_beta_1
    param = param - learning_rate * m
    v = v + (grad * grad - v) * one_minus_beta_2
    return param, m, v


def adopt_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    epsilon: Any,
) -> Any:
    """Let the bound grow from 0, and the first square stand for its mean."""
    bound = np.sqrt(np.sqrt(np.float64(step) - one))
    weight = one_minus_beta_2 if step > one else one
    return learning_rate, bound, one_minus_beta_1, weight, epsilon
