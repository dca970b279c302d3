r"""Batch normalization of a matrix (rows, units) by column, forward and backward.

.. math::
    \hat x = \frac{x - \mu}{\sqrt{v + \epsilon}}, \qquad y = \gamma \hat x + \beta

computed in tf.keras's order: with s = rsqrt(v + epsilon) * gamma it is
x * s + (beta - mu * s). In training mu and v are the batch's mean and biased variance,
and the gradient is

.. math::
    \partial x = \frac{\gamma}{\sqrt{v + \epsilon}} \left( \partial y
        - \overline{\partial y} - \hat x \, \overline{\partial y \, \hat x} \right)

with bars for means over the rows. Arguments that several kernels share:

- ``stats``, shape (8, units): mu, 1 / sqrt(v + epsilon), s, and beta - mu * s of the
  latest forward, then four rows of scratch space.
- ``moving_mean``, ``moving_variance``, shape (units,): averages over the batches.
- ``options``, shape (3,): epsilon, momentum, 1 - momentum, in the arrays' dtype.

Mean and variance are summed in TensorFlow's order. The sums of the gradients run in
blocks of `BLOCK` rows, so that rounding errors grow with the number of blocks and not
with the number of rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.sums import sum_columns

#: Rows whose sum is formed before it is added to the total.
BLOCK = 128


@kernel
def _set_scale(gamma: Any, beta: Any, stats: Any) -> None:
    """Fill rows 2 and 3 of `stats` from rows 0 and 1."""
    for j in range(gamma.size):
        stats[2, j] = stats[1, j] * gamma[j]
        stats[3, j] = beta[j] - stats[0, j] * stats[2, j]


@kernel
def _apply(x: Any, stats: Any, out: Any) -> None:
    """Write ``x * stats[2] + stats[3]``."""
    rows, units = x.shape
    for i in range(rows):
        for j in range(units):
            out[i, j] = x[i, j] * stats[2, j] + stats[3, j]


@kernel
def forward_training(
    x: Any,
    gamma: Any,
    beta: Any,
    options: Any,
    moving_mean: Any,
    moving_variance: Any,
    stats: Any,
    out: Any,
) -> None:
    """Normalize by the batch's own mean and variance; update the moving ones."""
    rows, units = x.shape
    one = x.dtype.type(1)
    count = x.dtype.type(rows)
    mean = stats[0]
    work = stats[4:8]
    sum_columns(x.reshape(1, rows, units), False, work, stats[0:1])
    for j in range(units):
        mean[j] /= count
    for i in range(rows):
        for j in range(units):
            out[i, j] = x[i, j] - mean[j]
    sum_columns(out.reshape(1, rows, units), True, work, stats[1:2])
    for j in range(units):
        variance = stats[1, j] / count
        moving_mean[j] = moving_mean[j] * options[1] + mean[j] * options[2]
        moving_variance[j] = moving_variance[j] * options[1] + variance * options[2]
        stats[1, j] = one / np.sqrt(variance + options[0])
    _set_scale(gamma, beta, stats)
    _apply(x, stats, out)


@kernel
def forward_inference(
    x: Any,
    gamma: Any,
    beta: Any,
    options: Any,
    moving_mean: Any,
    moving_variance: Any,
    stats: Any,
    out: Any,
) -> None:
    """Normalize by the moving mean and variance."""
    one = x.dtype.type(1)
    for j in range(gamma.size):
        stats[0, j] = moving_mean[j]
        stats[1, j] = one / np.sqrt(moving_variance[j] + options[0])
    _set_scale(gamma, beta, stats)
    _apply(x, stats, out)


@kernel
def _weight_gradients(
    grad: Any, x: Any, stats: Any, gamma_grad: Any, beta_grad: Any
) -> None:
    """Sum ``grad * normalized x`` and ``grad`` over the rows."""
    rows, units = x.shape
    zero = x.dtype.type(0)
    product = stats[4]
    plain = stats[5]
    gamma_grad[:] = zero
    beta_grad[:] = zero
    for start in range(0, rows, BLOCK):
        product[:] = zero
        plain[:] = zero
        for i in range(start, min(start + BLOCK, rows)):
            for j in range(units):
                g = grad[i, j]
                product[j] += g * ((x[i, j] - stats[0, j]) * stats[1, j])
                plain[j] += g
        for j in range(units):
            gamma_grad[j] += product[j]
            beta_grad[j] += plain[j]


@kernel
def backward_training(
    grad: Any, x: Any, gamma: Any, stats: Any, gamma_grad: Any, beta_grad: Any
) -> None:
    """Turn `grad` from dL/dy into dL/dx in place; fill the gradients of the weights."""
    rows, units = x.shape
    count = x.dtype.type(rows)
    _weight_gradients(grad, x, stats, gamma_grad, beta_grad)
    slope = stats[4]
    mean_grad = stats[5]
    factor = stats[6]
    for j in range(units):
        slope[j] = gamma_grad[j] / count * stats[1, j]
        mean_grad[j] = beta_grad[j] / count
        factor[j] = gamma[j] * stats[1, j]
    for i in range(rows):
        for j in range(units):
            centred = x[i, j] - stats[0, j]
            g = grad[i, j] - mean_grad[j] - centred * slope[j]
            grad[i, j] = factor[j] * g


@kernel
def backward_inference(
    grad: Any, x: Any, gamma: Any, stats: Any, gamma_grad: Any, beta_grad: Any
) -> None:
    """As `backward_training`, with mean and variance that do not depend on x."""
    rows, units = x.shape
    _weight_gradients(grad, x, stats, gamma_grad, beta_grad)
    for i in range(rows):
        for j in range(units):
            grad[i, j] *= gamma[j] * stats[1, j]
