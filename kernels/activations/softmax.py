r"""Softmax of each row.

.. math::
    y_j = \frac{e^{z_j - m}}{\sum_k e^{z_k - m}}, \quad m = \max_k z_k, \qquad
    \frac{\partial L}{\partial z_j} = (g_j - \sum_k g_k y_k)\, y_j
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.activations.bias import add_bias, bias_gradient
from optlab.kernels.elementary import exp, log
from optlab.kernels.jit import kernel
from optlab.kernels.sums import sum_rows
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector


@kernel
def shifted_exp(z: Array, out: Array, largest: Array) -> None:
    """Put exp(z - row maximum) into `out` and the maxima into `largest`."""
    n, u = z.shape
    for i in range(n):
        top = z[i, 0]
        for j in range(1, u):
            top = z[i, j] if z[i, j] > top else top
        largest[i] = top
        for j in range(u):
            out[i, j] = z[i, j] - top
    flat = as_vector(out)
    for k in range(flat.size):
        flat[k] = exp(flat[k])


@kernel
def softmax_forward(z: Array, bias: Array, out: Array) -> None:
    """Divide exp of the shifted row by its sum."""
    add_bias(z, bias)
    n, u = z.shape
    totals = np.empty(n, z.dtype)
    shifted_exp(z, out, totals)
    sum_rows(out, False, totals)
    for i in range(n):
        for j in range(u):
            out[i, j] /= totals[i]


@kernel
def softmax_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Compute (grad - sum of grad out over the row) out."""
    n, u = grad.shape
    for i in range(n):
        total = grad.dtype.type(0)
        for j in range(u):
            total += grad[i, j] * kept[i, j]
        for j in range(u):
            grad[i, j] = (grad[i, j] - total) * kept[i, j]
    bias_gradient(grad, bias_grad)


@kernel
def log_softmax_forward(z: Array, bias: Array, out: Array) -> None:
    """Subtract the logarithm of the sum of exp from the shifted row."""
    add_bias(z, bias)
    n, u = z.shape
    largest, totals = np.empty(n, z.dtype), np.empty(n, z.dtype)
    exps = np.empty_like(z)  # out may be z, which is needed again
    shifted_exp(z, exps, largest)
    sum_rows(exps, False, totals)
    for i in range(n):
        totals[i] = log(totals[i])
    for i in range(n):
        for j in range(u):
            out[i, j] = (z[i, j] - largest[i]) - totals[i]


@kernel
def log_softmax_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Compute grad - exp(out) times the sum of grad over the row."""
    n, u = grad.shape
    for i in range(n):
        total = grad.dtype.type(0)
        for j in range(u):
            total += grad[i, j]
        for j in range(u):
            grad[i, j] -= exp(kept[i, j]) * total
    bias_gradient(grad, bias_grad)
