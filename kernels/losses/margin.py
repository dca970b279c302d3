r"""Hinge losses: nothing is paid once the margin :math:`m` is reached.

.. math::
    \text{hinge: } \frac1u \sum_j \max(1 - t_j p_j, 0), \quad
    \text{squared hinge: } \frac1u \sum_j \max(1 - t_j p_j, 0)^2, \quad
    \text{categorical: } \max\bigl(\max_j (1 - y_j) p_j - \sum_j y_j p_j + 1, 0\bigr)

with :math:`t = 2 y - 1` where all targets of the batch are 0 or 1, and t = y otherwise,
which is tf.keras's rule: a batch decides for itself. At the kink the derivative is that
of the sloping side, as in TensorFlow; equal maxima share theirs.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.jit import kernel
from optlab.kernels.losses.reduction import (
    flat_factor,
    mean_rows,
    scale_rows,
    weighted_total,
)
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector


@kernel
def _is_binary(y: Array) -> bool:
    """Tell whether all targets are 0 or 1."""
    for k in range(y.size):
        if y[k] != 0 and y[k] != 1:
            return False
    return True


@kernel
def hinge(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Hinge loss; the derivative is -t up to the margin."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    zero, one, two = p.dtype.type(0), p.dtype.type(1), p.dtype.type(2)
    binary = _is_binary(target)
    scale, shift = (two, one) if binary else (one, zero)
    for k in range(out.size):
        short = one - (scale * target[k] - shift) * output[k]
        out[k] = zero if short < zero else short
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        t = scale * target[k] - shift
        out[k] = -factor * t if one - t * output[k] >= zero else zero
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def squared_hinge(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Squared hinge loss; the derivative is -2 t (1 - t p) up to the margin."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    zero, one, two = p.dtype.type(0), p.dtype.type(1), p.dtype.type(2)
    binary = _is_binary(target)
    scale, shift = (two, one) if binary else (one, zero)
    for k in range(out.size):
        short = one - (scale * target[k] - shift) * output[k]
        short = zero if short < zero else short
        out[k] = short * short
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        t = scale * target[k] - shift
        short = one - t * output[k]
        short = zero if short < zero else short
        out[k] = -(factor * (short + short)) * t
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def categorical_hinge(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Categorical hinge loss of each row."""
    n, u = p.shape
    zero, one = p.dtype.type(0), p.dtype.type(1)
    seed = one / p.dtype.type(divisor)
    for i in range(n):
        positive, negative = zero, (one - y[i, 0]) * p[i, 0]
        for j in range(u):
            positive += y[i, j] * p[i, j]
            other = (one - y[i, j]) * p[i, j]
            negative = negative if other <= negative else other
        short = (negative - positive) + one
        equal = zero
        for j in range(u):
            equal += one if (one - y[i, j]) * p[i, j] == negative else zero
        factor = w[i] * seed if w.size else seed
        factor = factor if short >= zero else zero
        rows[i] = zero if short < zero else short
        for j in range(u):
            top = (one - y[i, j]) * p[i, j] == negative
            share = (one - y[i, j]) / equal if top else zero
            grad[i, j] = factor * share - factor * y[i, j]
    return weighted_total(rows, w, divisor)
