r"""Smooth functions, elementwise.

.. math::
    \sigma(z) = \frac{1}{1 + e^{-z}}, \quad \tanh z, \quad e^z, \quad
    \mathrm{softplus}(z) = \ln(1 + e^z), \quad
    \mathrm{silu}(z) = z \sigma(z), \quad
    \mathrm{gelu}(z) = z \Phi(z) = \tfrac12 z\, \mathrm{erfc}(-z / \sqrt 2)

gelu is the exact form, tf.keras's and torch's default. TensorFlow computes it as
:math:`\tfrac12 z (1 + \mathrm{erf}(z \sqrt{1/2}))`, which cancels for z far below 0,
with :math:`\sqrt{1/2}` rounded to float32 even in float64. The rounding is kept here,
so that float64 models agree; it is 2e-8 of z. torch's constant is exact.

References
----------
Hendrycks and Gimpel, arXiv:1606.08415 (gelu, silu).
Glorot, Bordes and Bengio, AISTATS 2011 (softplus).
"""

from __future__ import annotations

import math

import numpy as np

from optlab.kernels.activations.bias import add_bias, bias_gradient
from optlab.kernels.elementary import exp, log1p_unit, normal_cdf, sigmoid, tanh
from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector
from optlab.kernels.wide import widest

_PEAK = 1.0 / math.sqrt(2.0 * math.pi)
#: The square root of 1/2 in float32 over its true value.
GELU_ROUNDING = float(np.float32(math.sqrt(0.5))) / math.sqrt(0.5)


@kernel
def tanh_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute tanh z."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    for k in range(x.size):
        y[k] = tanh(x[k])


@kernel
def tanh_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by 1 - out**2."""
    widest()
    g, y = as_vector(grad), as_vector(kept)
    one = grad.dtype.type(1)
    for k in range(g.size):
        g[k] *= one - y[k] * y[k]
    bias_gradient(grad, bias_grad)


@kernel
def sigmoid_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute 1 / (1 + e**-z)."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    for k in range(x.size):
        y[k] = sigmoid(x[k])


@kernel
def sigmoid_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by out, then by 1 - out."""
    widest()
    g, y = as_vector(grad), as_vector(kept)
    one = grad.dtype.type(1)
    for k in range(g.size):
        g[k] = (g[k] * y[k]) * (one - y[k])
    bias_gradient(grad, bias_grad)


@kernel
def exponential_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute e**z."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    for k in range(x.size):
        y[k] = exp(x[k])


@kernel
def exponential_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by out."""
    widest()
    g, y = as_vector(grad), as_vector(kept)
    for k in range(g.size):
        g[k] *= y[k]
    bias_gradient(grad, bias_grad)


@kernel
def softplus_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute ln(1 + e**z) as max(z, 0) + ln(1 + e**-abs(z))."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero = z.dtype.type(0)
    for k in range(x.size):
        upper = zero if x[k] <= zero else x[k]
        y[k] = upper + log1p_unit(exp(-abs(x[k])))


@kernel
def softplus_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by sigmoid(z); `kept` is z."""
    widest()
    g, x = as_vector(grad), as_vector(kept)
    for k in range(g.size):
        g[k] *= sigmoid(x[k])
    bias_gradient(grad, bias_grad)


@kernel
def silu_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute z sigmoid(z)."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    for k in range(x.size):
        y[k] = x[k] * sigmoid(x[k])


@kernel
def silu_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by s (1 + z (1 - s)), s = sigmoid(z); `kept` is z."""
    widest()
    g, x = as_vector(grad), as_vector(kept)
    one = grad.dtype.type(1)
    for k in range(g.size):
        s = sigmoid(x[k])
        g[k] *= s * (one + x[k] * (one - s))
    bias_gradient(grad, bias_grad)


@kernel
def gelu_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute z times the normal distribution function at z."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    rounding = z.dtype.type(GELU_ROUNDING)
    for k in range(x.size):
        y[k] = x[k] * normal_cdf(rounding * x[k])


@kernel
def gelu_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by cdf(z) + z pdf(z); `kept` is z."""
    widest()
    g, x = as_vector(grad), as_vector(kept)
    half, peak = grad.dtype.type(0.5), grad.dtype.type(_PEAK)
    rounding = grad.dtype.type(GELU_ROUNDING)
    for k in range(g.size):
        s = rounding * x[k]
        g[k] *= normal_cdf(s) + s * (peak * exp(-half * (s * s)))
    bias_gradient(grad, bias_grad)
