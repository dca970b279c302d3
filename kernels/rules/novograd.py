r"""NovoGrad: gradients divided by the norm of their whole tensor, then summed.

.. math::
    v &\leftarrow \beta_2 v + (1 - \beta_2) \lVert g \rVert^2, \qquad
    v_1 = \lVert g_1 \rVert^2 \\
    m &\leftarrow \beta_1 m + \frac{g}{\sqrt v + \epsilon} + \lambda w, \qquad
    w \leftarrow w - \eta m

One number of state a tensor for the squares. optax agrees but for its defaults, which
are not the paper's.

References
----------
Ginsburg et al., Stochastic gradient methods with layer-wise adaptive moments for
training of deep networks, 2019, algorithm 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.sums import sum_of_squares_eigen

SLOTS = ("momentum", "velocity")


def novograd(
    param: Any,
    grad: Any,
    m: Any,
    v: Any,
    learning_rate: Any,
    beta_1: Any,
    weight: Any,
    l2: Any,
    epsilon: Any,
) -> Any:
    """Normalize by the tensor, then step along a decaying sum."""
    v = v + (sum_of_squares_eigen(grad) - v) * weight
    m = beta_1 * m + (grad / (np.sqrt(v) + epsilon) + l2 * param)
    param = param - learning_rate * m
    return param, m, v


def novograd_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_1: Any,
    one_minus_beta_2: Any,
    l2_regularization_strength: Any,
    epsilon: Any,
) -> Any:
    """Let the first square stand for its mean."""
    weight = one_minus_beta_2 if step > one else one
    return learning_rate, beta_1, weight, l2_regularization_strength, epsilon
