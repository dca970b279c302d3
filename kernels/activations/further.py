r"""Further smooth functions; all take the derivative from z.

.. math::
    \mathrm{softsign}(z) = \frac{z}{1 + |z|}, \quad
    \mathrm{mish}(z) = z \tanh(\mathrm{softplus}(z)), \quad
    \mathrm{celu}(z) = \max(z, 0) + \alpha (e^{\min(z, 0) / \alpha} - 1), \quad
    \mathrm{squareplus}(z) = \tfrac12 (z + \sqrt{z^2 + b})

References
----------
Misra, arXiv:1908.08681 (mish). Barron, arXiv:1704.07483 (celu).
Barron, arXiv:2112.11687 (squareplus).
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.activations.bias import add_bias, bias_gradient
from optlab.kernels.elementary import exp, expm1, log1p_unit, sigmoid, tanh
from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector


@kernel
def softsign_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute z / (1 + abs(z))."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    one = z.dtype.type(1)
    for k in range(x.size):
        y[k] = x[k] / (abs(x[k]) + one)


@kernel
def softsign_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Divide by (1 + abs(z))**2."""
    g, x = as_vector(grad), as_vector(kept)
    one = grad.dtype.type(1)
    for k in range(g.size):
        s = abs(x[k]) + one
        g[k] /= s * s
    bias_gradient(grad, bias_grad)


@kernel
def mish_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute z tanh(ln(1 + e**z))."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero = z.dtype.type(0)
    for k in range(x.size):
        upper = zero if x[k] <= zero else x[k]
        y[k] = x[k] * tanh(upper + log1p_unit(exp(-abs(x[k]))))


@kernel
def mish_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by t + z (1 - t**2) sigmoid(z), t the hyperbolic tangent."""
    g, x = as_vector(grad), as_vector(kept)
    zero = grad.dtype.type(0)
    one = grad.dtype.type(1)
    for k in range(g.size):
        upper = zero if x[k] <= zero else x[k]
        t = tanh(upper + log1p_unit(exp(-abs(x[k]))))
        g[k] *= t + x[k] * ((one - t * t) * sigmoid(x[k]))
    bias_gradient(grad, bias_grad)


@kernel
def log_sigmoid_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute -ln(1 + e**-z)."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero = z.dtype.type(0)
    for k in range(x.size):
        lower = x[k] if x[k] <= zero else zero
        y[k] = lower - log1p_unit(exp(-abs(x[k])))


@kernel
def log_sigmoid_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by sigmoid(-z)."""
    g, x = as_vector(grad), as_vector(kept)
    for k in range(g.size):
        g[k] *= sigmoid(-x[k])
    bias_gradient(grad, bias_grad)


@kernel
def tanh_shrink_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute z - tanh z."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    for k in range(x.size):
        y[k] = x[k] - tanh(x[k])


@kernel
def tanh_shrink_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by tanh(z)**2."""
    g, x = as_vector(grad), as_vector(kept)
    for k in range(g.size):
        t = tanh(x[k])
        g[k] *= t * t
    bias_gradient(grad, bias_grad)


@kernel
def squareplus_forward(z: Array, bias: Array, out: Array, b: float) -> None:
    """Compute (z + sqrt(z**2 + b)) / 2."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    two = z.dtype.type(2)
    spread = z.dtype.type(b)
    for k in range(x.size):
        y[k] = (x[k] + np.sqrt(x[k] * x[k] + spread)) / two


@kernel
def squareplus_backward(grad: Array, kept: Array, bias_grad: Array, b: float) -> None:
    """Multiply by (1 + z / sqrt(z**2 + b)) / 2."""
    g, x = as_vector(grad), as_vector(kept)
    two = grad.dtype.type(2)
    spread = grad.dtype.type(b)
    one = grad.dtype.type(1)
    for k in range(g.size):
        g[k] *= (one + x[k] / np.sqrt(x[k] * x[k] + spread)) / two
    bias_gradient(grad, bias_grad)


@kernel
def celu_forward(z: Array, bias: Array, out: Array, alpha: float) -> None:
    """Compute z above 0, alpha (e**(z / alpha) - 1) below."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero = z.dtype.type(0)
    scale = z.dtype.type(alpha)
    for k in range(x.size):
        low = x[k] if x[k] <= zero else zero
        upper = zero if x[k] <= zero else x[k]
        y[k] = upper + scale * expm1(low / scale)


@kernel
def celu_backward(grad: Array, kept: Array, bias_grad: Array, alpha: float) -> None:
    """Pass grad above 0, multiply by e**(z / alpha) below."""
    g, x = as_vector(grad), as_vector(kept)
    zero = grad.dtype.type(0)
    scale = grad.dtype.type(alpha)
    for k in range(g.size):
        low = x[k] if x[k] <= zero else zero
        g[k] *= exp(low / scale)
    bias_gradient(grad, bias_grad)
