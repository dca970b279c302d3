r"""Layer normalization of the rows of a matrix, forward and backward.

.. math::
    \hat x = (x - \mu) s, \quad s = 1 / \sqrt{v + \epsilon}, \quad
    y = \gamma \hat x + \beta, \qquad
    \partial x = s \left( \partial \hat x - \overline{\partial \hat x}
        - \hat x \, \overline{\partial \hat x \, \hat x} \right), \quad
    \partial \hat x = \gamma \, \partial y

with bars for means over the row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.sums import sum_rows
from optlab.kernels.typing import Array


@kernel
def forward(
    x: Array,
    gamma: Array,
    beta: Array,
    epsilon: Any,
    normal: Array,
    scales: Array,
    out: Array,
) -> None:
    """Normalize each row.

    Parameters
    ----------
    x, normal, out : ndarray, shape (n, u)
        Input; receives the normalized rows; receives the output.
    gamma, beta : ndarray, shape (u,)
    epsilon : float
        In the dtype of x.
    scales : ndarray, shape (n,)
        Receives s.
    """
    n, u = x.shape
    count, one = x.dtype.type(u), x.dtype.type(1)
    sum_rows(x, False, scales)
    for i in range(n):
        mean = scales[i] / count
        for j in range(u):
            normal[i, j] = x[i, j] - mean
    sum_rows(normal, True, scales)
    for i in range(n):
        s = one / np.sqrt(scales[i] / count + epsilon)
        scales[i] = s
        for j in range(u):
            normal[i, j] *= s
            out[i, j] = normal[i, j] * gamma[j] + beta[j]


@kernel
def backward(
    grad: Array,
    gamma: Array,
    normal: Array,
    scales: Array,
    gamma_grad: Array,
    beta_grad: Array,
) -> None:
    """Turn `grad` from dL/dy into dL/dx; sum the gradients of gamma and beta."""
    n, u = grad.shape
    count, zero = grad.dtype.type(u), grad.dtype.type(0)
    for j in range(u):
        gamma_grad[j] = zero
        beta_grad[j] = zero
    for i in range(n):
        total, along = zero, zero
        for j in range(u):
            gamma_grad[j] += grad[i, j] * normal[i, j]
            beta_grad[j] += grad[i, j]
            grad[i, j] *= gamma[j]
            total += grad[i, j]
            along += grad[i, j] * normal[i, j]
        total /= count
        along /= count
        for j in range(u):
            grad[i, j] = scales[i] * ((grad[i, j] - total) - normal[i, j] * along)
