r"""CAME: Adafactor with a mean, which is trusted as far as the updates agree with it.

.. math::
    u &= g / \sqrt{v}, \qquad \hat u = u / \max(1, \mathrm{RMS}(u) / d), \qquad
    m \leftarrow \beta_1 m + (1 - \beta_1) \hat u \\
    w &\leftarrow w - \eta\, m / \sqrt{s}

where :math:`v` is the factored running mean (:math:`\beta_2`) of
:math:`g^2 + \epsilon_1`, and :math:`s` that (:math:`\beta_3`) of
:math:`(\hat u - m)^2 + \epsilon_2`. A vector has an unfactored v, and no s. Neither
tf.keras nor torch nor optax has it.

References
----------
Luo et al., CAME: confidence-guided adaptive memory efficient optimization, 2023,
algorithm 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.rules.adafactor import mean, root_mean_square

SLOTS = ("momentum", "r", "c", "instability_r", "instability_c", "velocity")


def came(
    param: Any,
    grad: Any,
    m: Any,
    r: Any,
    c: Any,
    s_r: Any,
    s_c: Any,
    v: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_3: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    threshold: Any,
    one: Any,
) -> Any:
    """Divide by the factored root, average, divide by the factored disagreement."""
    squares = grad * grad + epsilon_1
    if param.ndim >= 2:
        r = r + (mean(squares, -1) - r) * one_minus_beta_2
        c = c + (mean(squares, -2) - c) * one_minus_beta_2
        update = grad * inverse_root(r, c)
    else:
        v = v + (squares - v) * one_minus_beta_2
        update = grad / np.sqrt(v)
    update = update / np.maximum(one, root_mean_square(update) / threshold)
    m = m + (update - m) * one_minus_beta_1
    direction = m
    if param.ndim >= 2:
        doubt = (update - m) * (update - m) + epsilon_2
        s_r = s_r + (mean(doubt, -1) - s_r) * one_minus_beta_3
        s_c = s_c + (mean(doubt, -2) - s_c) * one_minus_beta_3
        direction = m * inverse_root(s_r, s_c)
    param = param - learning_rate * direction
    return param, m, r, c, s_r, s_c, v


def inverse_root(r: Any, c: Any) -> Any:
    """Return one over the root of the matrix that a row and a column stand for."""
    share = r / mean(np.atleast_2d(r), -1).reshape(*r.shape[:-1], 1)
    return (share.dtype.type(1) / np.sqrt(share))[..., None] / np.sqrt(c[..., None, :])


def came_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_beta_1: Any,
    one_minus_beta_2: Any,
    one_minus_beta_3: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    clip_threshold: Any,
) -> Any:
    """Return the numbers as they are."""
    return (
        learning_rate,
        one_minus_beta_1,
        one_minus_beta_2,
        one_minus_beta_3,
        epsilon_1,
        epsilon_2,
        clip_threshold,
        one,
    )
