r"""Adafactor: a mean square kept as one row and one column of a matrix.

.. math::
    \rho_t &= \min(\eta, 1/\sqrt t), \qquad
    \alpha_t = \max(\epsilon_2, \mathrm{RMS}(w))\, \rho_t, \qquad
    \hat\beta_t = 1 - t^{d} \\
    r &\leftarrow \hat\beta_t r + (1 - \hat\beta_t)\,
        \mathrm{mean}_{col}(g^2 + \epsilon_1), \quad
    c \leftarrow \hat\beta_t c + (1 - \hat\beta_t)\,
        \mathrm{mean}_{row}(g^2 + \epsilon_1) \\
    v &= r c^\top / \mathrm{mean}(r), \qquad u = g / \sqrt v \\
    w &\leftarrow w - \alpha_t\, u / \max(1, \mathrm{RMS}(u) / \tau)

A vector keeps its whole mean square :math:`v \leftarrow \hat\beta_t v + (1 -
\hat\beta_t)(g^2 + \epsilon_1)`. The memory is the point: n + m numbers for n m, but
tf.keras stores the full :math:`v` as well, so there is none to be saved there.

References
----------
Shazeer, Stern, Adafactor: adaptive learning rates with sublinear memory cost, 2018,
algorithms 4 and 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.libm import power
from optlab.kernels.sums import sum_axis_eigen, sum_of_squares_eigen

SLOTS = ("r", "c", "velocity")


def adafactor(
    param: Any,
    grad: Any,
    r: Any,
    c: Any,
    v: Any,
    rho: Any,
    beta_2: Any,
    one_minus_beta_2: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    clip_threshold: Any,
    one: Any,
) -> Any:
    """Scale the step by the factored root mean square, and by the parameter's own."""
    alpha = np.maximum(epsilon_2, root_mean_square(param)) * rho
    squares = grad * grad + epsilon_1
    if param.ndim >= 2:
        r = beta_2 * r + one_minus_beta_2 * mean(squares, -1)
        c = beta_2 * c + one_minus_beta_2 * mean(squares, -2)
        mean_r = mean(np.atleast_2d(r), -1)
        v = (r / mean_r.reshape(*r.shape[:-1], 1))[..., None] * c[..., None, :]
    else:
        v = beta_2 * v + one_minus_beta_2 * squares
    update = grad / np.sqrt(v)
    clipped = update / np.maximum(one, root_mean_square(update) / clip_threshold)
    param = param - alpha * clipped
    return param, r, c, v


def root_mean_square(x: Any) -> Any:
    """Return the root of the mean square, summed in TensorFlow's order."""
    return np.sqrt(sum_of_squares_eigen(x) / x.dtype.type(x.size))


def mean(x: Any, axis: int) -> Any:
    """Return the mean along an axis, summed in TensorFlow's order."""
    return sum_axis_eigen(x, axis) / x.dtype.type(x.shape[axis])


def adafactor_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    beta_2_decay: Any,
    epsilon_1: Any,
    epsilon_2: Any,
    clip_threshold: Any,
    relative_step: Any,
) -> Any:
    """Let the rate fall as the root of the step, and the decay approach 1."""
    bound = one / np.sqrt(step)
    rate = np.minimum(learning_rate, bound) if relative_step else learning_rate
    rho = np.minimum(rate, bound)
    beta_2 = one - power(step, beta_2_decay)
    return rho, beta_2, one - beta_2, epsilon_1, epsilon_2, clip_threshold, one
