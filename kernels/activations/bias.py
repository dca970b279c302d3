"""Add a bias to each row; sum the columns of a gradient.

A bias of size 0 is none: for None every activation would be compiled twice.
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.packets import STREAMS
from optlab.kernels.sums import sum_columns
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector


@kernel
def add_bias(z: Array, bias: Array) -> None:
    """Add `bias`, unless its size is 0, to every row of z."""
    if bias.size:
        n, u = z.shape
        for i in range(n):
            for j in range(u):
                z[i, j] += bias[j]


@kernel
def bias_gradient(grad: Array, bias_grad: Array) -> None:
    """Sum the columns, in TensorFlow's order, into `bias_grad` if it has a size."""
    if bias_grad.size:
        n, u = grad.shape
        work = np.empty((STREAMS, u), grad.dtype)
        sum_columns(grad.reshape(1, n, u), False, work, bias_grad.reshape(1, u))


@kernel
def linear_forward(z: Array, bias: Array, out: Array) -> None:
    """Add the bias, and copy where `out` is not z itself."""
    add_bias(z, bias)
    if out.ctypes.data != z.ctypes.data:
        x, y = as_vector(z), as_vector(out)
        for k in range(x.size):
            y[k] = x[k]


@kernel
def linear_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Sum the columns; the gradient stays."""
    bias_gradient(grad, bias_grad)
