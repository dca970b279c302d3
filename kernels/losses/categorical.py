r"""Softmax cross-entropy: dense or sparse targets, logits or probabilities.

.. math::
    l = -\sum_j t_j \ln p_j, \qquad p = \mathrm{softmax}(z), \qquad
    \frac{\partial l}{\partial z_j} = p_j - t_j

with :math:`t = y (1 - \alpha) + \alpha / u` under label smoothing :math:`\alpha`;
sparse targets are the number of the class. Logits are shifted by their largest.

Probabilities are first divided by their sum (dense) and clipped to
:math:`[10^{-7}, 1 - 10^{-7}]`; sparse ones are clipped, and softmax of their logarithms
divides by the sum. So the loss of a row that sums to 1 is at most
:math:`-\ln 10^{-7} = 16.118`, the gradient is 0 beyond the clip, and it does not vanish
on the other classes:

.. math::
    \frac{\partial l}{\partial p_j} = \sum_k t_k - \frac{t_j}{p_j}.

With dense targets that do not sum to 1, the gradient of the logits is still
:math:`p_j - t_j`, as in TensorFlow's kernel; the derivative of the value would be
:math:`p_j \sum_k t_k - t_j`, which is what torch returns.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.activations.softmax import shifted_exp
from optlab.kernels.elementary import log
from optlab.kernels.jit import kernel
from optlab.kernels.losses.binary import CLIP
from optlab.kernels.losses.reduction import weighted_total
from optlab.kernels.sums import sum_rows
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector


@kernel
def _log_sum_exp(z: Array, out: Array, largest: Array) -> tuple[Array, Array]:
    """Put exp(z - row maximum) into `out`; return its row sums and their logarithms.

    The maxima go into `largest`. The logarithms are a loop of their own, because that
    can be vectorised.
    """
    n = len(z)
    shifted_exp(z, out, largest)
    totals, logarithms = np.empty(n, z.dtype), np.empty(n, z.dtype)
    sum_rows(out, False, totals)
    for i in range(n):
        logarithms[i] = log(totals[i])
    return totals, logarithms


@kernel
def sparse_logits(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Sparse softmax cross-entropy of the logits p; a row with label -1 is left out."""
    n, u = p.shape
    zero, one = p.dtype.type(0), p.dtype.type(1)
    seed = one / p.dtype.type(divisor)
    totals, logarithms = _log_sum_exp(p, grad, rows)
    for i in range(n):
        label = y[i]
        if label < 0:
            rows[i] = zero
            for j in range(u):
                grad[i, j] = zero
            continue
        rows[i] = logarithms[i] - (p[i, label] - rows[i])
        factor = w[i] * seed if w.size else seed
        total = totals[i]
        for j in range(u):
            share = grad[i, j] / total
            grad[i, j] = factor * (share - one if j == label else share)
    return weighted_total(rows, w, divisor)


@kernel
def dense_logits(
    y: Array,
    p: Array,
    w: Array,
    divisor: float,
    grad: Array,
    rows: Array,
    smoothing: float,
) -> Any:
    """Softmax cross-entropy of the logits p with one target a class."""
    n, u = p.shape
    zero, one = p.dtype.type(0), p.dtype.type(1)
    keep, spread = p.dtype.type(1.0 - smoothing), p.dtype.type(smoothing / u)
    seed = one / p.dtype.type(divisor)
    totals, logarithms = _log_sum_exp(p, grad, rows)
    for i in range(n):
        factor = w[i] * seed if w.size else seed
        top, total, logarithm = rows[i], totals[i], logarithms[i]
        loss = zero
        for j in range(u):
            t = y[i, j] * keep + spread
            loss += t * (logarithm - (p[i, j] - top))
            grad[i, j] = factor * (grad[i, j] / total - t)
        rows[i] = loss
    return weighted_total(rows, w, divisor)


@kernel
def sparse_probabilities(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Sparse cross-entropy of probabilities; a row with label -1 is left out."""
    n, u = p.shape
    zero, one = p.dtype.type(0), p.dtype.type(1)
    low, high = p.dtype.type(CLIP), p.dtype.type(1.0 - CLIP)
    seed = one / p.dtype.type(divisor)
    source, flat = as_vector(p), as_vector(grad)
    for k in range(flat.size):
        c = low if source[k] < low else source[k]
        flat[k] = high if c > high else c
    totals = np.empty(n, p.dtype)
    sum_rows(grad, False, totals)
    for i in range(n):
        label = y[i]
        if label < 0:
            rows[i] = zero
            for j in range(u):
                grad[i, j] = zero
            continue
        total = totals[i]
        rows[i] = log(total / grad[i, label])
        factor = w[i] * seed if w.size else seed
        for j in range(u):
            c = grad[i, j]
            share = c / total
            slope = factor * (share - one if j == label else share) / c
            grad[i, j] = zero if (p[i, j] < low) | (p[i, j] > high) else slope
    return weighted_total(rows, w, divisor)


@kernel
def dense_probabilities(
    y: Array,
    p: Array,
    w: Array,
    divisor: float,
    grad: Array,
    rows: Array,
    smoothing: float,
) -> Any:
    """Cross-entropy of probabilities, divided by their sum, with one target a class."""
    n, u = p.shape
    zero, one = p.dtype.type(0), p.dtype.type(1)
    low, high = p.dtype.type(CLIP), p.dtype.type(1.0 - CLIP)
    keep, spread = p.dtype.type(1.0 - smoothing), p.dtype.type(smoothing / u)
    seed = one / p.dtype.type(divisor)
    totals = np.empty(n, p.dtype)
    sum_rows(p, False, totals)
    for i in range(n):
        total = totals[i]
        factor = w[i] * seed if w.size else seed
        loss = zero
        common = zero
        for j in range(u):
            t = y[i, j] * keep + spread
            q = p[i, j] / total
            clipped = (q < low) | (q > high)
            c = low if q < low else (high if q > high else q)
            if t != zero:
                loss -= t * log(c)
            slope = zero if clipped else -(factor * t) / c
            common -= slope * (q / total)
            grad[i, j] = slope / total
        for j in range(u):
            grad[i, j] += common
        rows[i] = loss
    return weighted_total(rows, w, divisor)
