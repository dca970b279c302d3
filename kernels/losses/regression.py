r"""Losses of the error :math:`e = p - y`, averaged over the outputs of a sample.

.. math::
    \text{squared: } e^2, \quad \text{absolute: } |e|, \quad
    \text{Huber: } \begin{cases} \tfrac12 e^2 & |e| \le \delta \\
    \delta |e| - \tfrac12 \delta^2 & \text{else} \end{cases}, \quad
    \text{log-cosh: } \ln \cosh e

The first three use only arithmetic, in TensorFlow's order, and agree with tf.keras bit
for bit. tf.keras evaluates log-cosh as :math:`e + \mathrm{softplus}(-2e) - \ln 2`,
which cancels around 0; here it is

.. math::
    \ln\cosh e = \begin{cases} \tfrac12 \ln(1 + \sinh^2 e) & |e| < 0.88 \\
    |e| + \ln(1 + e^{-2|e|}) - \ln 2 & \text{else,} \end{cases} \qquad
    \sinh^2 e = \frac{m^2}{4 (m + 1)}, \quad m = e^{-2|e|} - 1.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels.elementary import expm1, log1p_unit, tanh
from optlab.kernels.jit import kernel
from optlab.kernels.losses.reduction import (
    flat_factor,
    mean_rows,
    scale_rows,
    weighted_total,
)
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector

_LN2 = math.log(2.0)


@kernel
def squared_error(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Mean squared error; the derivative is factor * (2 * (p - y))."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    for k in range(out.size):
        error = output[k] - target[k]
        out[k] = error * error
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        error = output[k] - target[k]
        out[k] = factor * (error + error)
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def absolute_error(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Mean absolute error; the derivative at 0 is 0."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    for k in range(out.size):
        out[k] = abs(output[k] - target[k])
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        out[k] = factor * np.sign(output[k] - target[k])
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def huber(
    y: Array,
    p: Array,
    w: Array,
    divisor: float,
    grad: Array,
    rows: Array,
    delta: float,
) -> Any:
    """Huber's loss: quadratic up to `delta`, linear beyond."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    half, bound = p.dtype.type(0.5), p.dtype.type(delta)
    offset = half * (bound * bound)
    for k in range(out.size):
        error = output[k] - target[k]
        size = abs(error)
        out[k] = half * (error * error) if size <= bound else bound * size - offset
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    slope = factor * bound
    for k in range(out.size):
        error = output[k] - target[k]
        inner = (factor * half) * (error + error)
        out[k] = inner if abs(error) <= bound else slope * np.sign(error)
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)


@kernel
def log_cosh(
    y: Array, p: Array, w: Array, divisor: float, grad: Array, rows: Array
) -> Any:
    """Log-cosh; the derivative is tanh(p - y)."""
    target, output, out = as_vector(y), as_vector(p), as_vector(grad)
    one, half, four = p.dtype.type(1), p.dtype.type(0.5), p.dtype.type(4)
    two, switch, ln2 = p.dtype.type(2), p.dtype.type(0.88), p.dtype.type(_LN2)
    for k in range(out.size):
        size = abs(output[k] - target[k])
        m = expm1(-two * size)
        decay = m + one
        near = size < switch
        logarithm = log1p_unit(m * m / (four * decay) if near else decay)
        out[k] = half * logarithm if near else (size - ln2) + logarithm
    mean_rows(grad, rows)
    factor = flat_factor(p, w, divisor)
    for k in range(out.size):
        out[k] = factor * tanh(output[k] - target[k])
    scale_rows(grad, w, divisor)
    return weighted_total(rows, w, divisor)
