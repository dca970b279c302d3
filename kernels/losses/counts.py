r"""Losses of positive quantities and of directions.

.. math::
    \text{Poisson: } p - y \ln (p + \epsilon), \quad
    \text{percentage: } 100 \frac{|p - y|}{\max(|y|, \epsilon)}, \quad
    \text{logarithmic: } \ln^2 \frac{\max(p, \epsilon) + 1}{\max(y, \epsilon) + 1}

averaged over the outputs, and, summed over them,

.. math::
    \text{Kullback-Leibler: } \sum_j y_j \ln \frac{y_j}{p_j} \;
    (y, p \text{ cut to } [\epsilon, 1]), \quad
    \text{cosine: } -\sum_j \hat y_j \hat p_j, \quad
    \hat v = v \min(1 / |v|, 1 / \epsilon)

with tf.keras's :math:`\epsilon = 10^{-7}`, which the logarithmic error rounds to
float32. What is cut has no gradient; of the cosine of a prediction of zeros it is
:math:`-10^7 \hat y`. A logarithm of a negative number is NaN, as in TensorFlow.

torch's ``PoissonNLLLoss`` takes logarithms of the prediction by default and its epsilon
is 1e-8; its ``KLDivLoss`` takes logarithms and cuts nothing.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.elementary import log
from optlab.kernels.jit import kernel
from optlab.kernels.losses.binary import CLIP
from optlab.kernels.losses.reduction import (
    flat_factor,
    mean_rows,
    scale_rows,
    weighted_total,
)
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector

_CLIP_32 = float(np.float32(CLIP))


@kernel(forceinline=True)
def _any_log(x: Any) -> Any:
    """Return ln x; -inf at 0, NaN below."""
    zero = x * 0
    return log(x) if x > zero else (-np.inf if x == zero else np.nan)


@kernel
def poisson(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Poisson loss; the derivative is 1 - y / (p + epsilon)."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    one, low = p.dtype.type(1), p.dtype.type(CLIP)
    for k in range(out.size):
        logarithm = p.dtype.type(_any_log(output[k] + low))
        out[k] = output[k] - target[k] * logarithm
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        out[k] = factor * (one - target[k] / (output[k] + low))
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def percentage_error(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Mean absolute error in percent of the target."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    low, hundred = p.dtype.type(CLIP), p.dtype.type(100)
    for k in range(out.size):
        size = abs(target[k])
        out[k] = abs((target[k] - output[k]) / (low if size < low else size))
    mean_rows(grad, rows)
    for i in range(rows.size):
        rows[i] *= hundred
    factor = hundred * flat_factor(p, w, divisor)
    for k in range(out.size):
        size = abs(target[k])
        size = low if size < low else size
        out[k] = factor * np.sign(output[k] - target[k]) / size
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def logarithmic_error(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Mean squared difference of the logarithms of 1 + prediction and 1 + target."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    zero, one, low = p.dtype.type(0), p.dtype.type(1), p.dtype.type(_CLIP_32)
    for k in range(out.size):
        above = (low if output[k] < low else output[k]) + one
        error = log(above) - log((low if target[k] < low else target[k]) + one)
        out[k] = error * error
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        above = (low if output[k] < low else output[k]) + one
        error = log(above) - log((low if target[k] < low else target[k]) + one)
        slope = factor * (error + error) / above
        out[k] = zero if output[k] < low else slope
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def divergence(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Kullback-Leibler divergence of each row; the derivative is -y / p."""
    n, u = p.shape
    zero, one, low = p.dtype.type(0), p.dtype.type(1), p.dtype.type(CLIP)
    seed = one / p.dtype.type(divisor)
    for i in range(n):
        factor = w[i] * seed if w.size else seed
        total = zero
        for j in range(u):
            t = low if y[i, j] < low else (one if y[i, j] > one else y[i, j])
            q = low if p[i, j] < low else (one if p[i, j] > one else p[i, j])
            total += t * log(t / q)
            cut = (p[i, j] < low) | (p[i, j] > one)
            grad[i, j] = zero if cut else -(factor * t) / q
        rows[i] = total
    return weighted_total(rows, w, divisor)


@kernel
def cosine(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Negative cosine of the angle between each row's target and prediction."""
    n, u = p.shape
    zero, one = p.dtype.type(0), p.dtype.type(1)
    seed, most = one / p.dtype.type(divisor), one / p.dtype.type(CLIP)
    for i in range(n):
        factor = w[i] * seed if w.size else seed
        squares, targets, product = zero, zero, zero
        for j in range(u):
            squares += p[i, j] * p[i, j]
            targets += y[i, j] * y[i, j]
        inverse, unit = one / np.sqrt(squares), one / np.sqrt(targets)
        cut = not inverse <= most
        inverse = most if cut else inverse
        unit = most if not unit <= most else unit
        for j in range(u):
            product += (y[i, j] * unit) * (p[i, j] * inverse)
        rows[i] = -product
        # Through the norm, which the cut leaves out.
        along = zero if cut else factor * product * inverse
        for j in range(u):
            grad[i, j] = (
                along * (p[i, j] * inverse) - (factor * (y[i, j] * unit)) * inverse
            )
    return weighted_total(rows, w, divisor)
