r"""The derivatives along directions of a linear step, and of a softmax at the end.

.. math::
    R z = x V + (R x) W + v_b, \qquad
    H_W = x^T R \partial z + (R x)^T \partial z, \qquad
    R \partial x = R \partial z \, W^T + \partial z \, V^T

For small products, each one call of BLAS. The directions and the products with the
Hessian are rows of (vectors, size); `at_kernel` and `at_bias` say where the step's
weights are in them, -1 where they are not trained.
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array


@kernel
def forward_along(
    x: Array,
    weights: Array,
    directions: Array,
    at_kernel: int,
    at_bias: int,
    rx: Array,
    rz: Array,
) -> None:
    """Put R z into `rz`; an empty `rx` is 0."""
    vectors, rows, width = rz.shape
    size = weights.size
    room = np.empty((rows, width), rz.dtype)
    for j in range(vectors):
        out = rz[j]
        if at_kernel >= 0:
            v = directions[j, at_kernel : at_kernel + size].reshape(weights.shape)
            np.dot(x, v, out)
        else:
            out[:, :] = 0
        if rx.size:
            np.dot(rx[j], weights, room)
            flat, more = out.reshape(-1), room.reshape(-1)
            for i in range(flat.size):
                flat[i] += more[i]
        if at_bias >= 0:
            bias = directions[j, at_bias : at_bias + width]
            for i in range(rows):
                for k in range(width):
                    out[i, k] += bias[k]


@kernel
def backward_along(
    x: Array,
    grad: Array,
    weights: Array,
    directions: Array,
    at_kernel: int,
    at_bias: int,
    rx: Array,
    rgrad: Array,
    products: Array,
    below: Array,
) -> None:
    """Put the products into `products`, and R dx into `below` where that has room."""
    vectors, rows, width = rgrad.shape
    size = weights.size
    more = np.empty(weights.shape, x.dtype)
    wide = np.empty(x.shape, x.dtype)
    for j in range(vectors):
        rz = rgrad[j]
        if at_kernel >= 0:
            out = products[j, at_kernel : at_kernel + size]
            np.dot(x.T, rz, out.reshape(weights.shape))
            if rx.size:
                np.dot(rx[j].T, grad, more)
                extra = more.reshape(-1)
                for i in range(size):
                    out[i] += extra[i]
        if at_bias >= 0:
            sums = products[j, at_bias : at_bias + width]
            sums[:] = 0
            for i in range(rows):
                for k in range(width):
                    sums[k] += rz[i, k]
        if below.size:
            np.dot(rz, weights.T, below[j])
            if at_kernel >= 0:
                v = directions[j, at_kernel : at_kernel + size].reshape(weights.shape)
                np.dot(grad, v.T, wide)
                flat, extra = below[j].reshape(-1), wide.reshape(-1)
                for i in range(flat.size):
                    flat[i] += extra[i]


@kernel
def softmax_along(share: Array, factor: Array, r: Array, out: Array) -> None:
    """Put factor p (r - p . r) of each row into `out`, p the softmax."""
    vectors, rows, width = r.shape
    for j in range(vectors):
        for i in range(rows):
            mean = r.dtype.type(0)
            for k in range(width):
                mean += share[i, k] * r[j, i, k]
            for k in range(width):
                out[j, i, k] = factor[i] * share[i, k] * (r[j, i, k] - mean)
