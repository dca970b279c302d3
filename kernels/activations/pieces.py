r"""Functions of straight and quadratic pieces, without exponentials.

.. math::
    \mathrm{hard\_sigmoid}(z) = \tfrac16 \min(\max(z + 3, 0), 6), \quad
    \mathrm{hard\_silu}(z) = z \, \mathrm{hard\_sigmoid}(z), \quad
    \mathrm{hard\_tanh}(z) = \min(\max(z, -1), 1)

All take the derivative from z, and give it at a kink as TensorFlow does: 0 where relu6
is cut, 1 where hard_tanh is. torch's hard_sigmoid has the same slope of 1/6; that of
Keras 2 was 1/5.
"""

from __future__ import annotations

from optlab.kernels.activations.bias import add_bias, bias_gradient
from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector


@kernel
def relu6_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute max(z, 0), at most 6."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    six = z.dtype.type(6)
    zero = z.dtype.type(0)
    for k in range(x.size):
        y[k] = zero if x[k] <= zero else (six if x[k] > six else x[k])


@kernel
def relu6_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Pass grad where z is between 0 and 6."""
    g, x = as_vector(grad), as_vector(kept)
    six = grad.dtype.type(6)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        g[k] = g[k] if (x[k] > zero) & (x[k] < six) else zero
    bias_gradient(grad, bias_grad)


@kernel
def hard_sigmoid_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute relu6(z + 3) / 6."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    three = z.dtype.type(3)
    six = z.dtype.type(6)
    zero = z.dtype.type(0)
    for k in range(x.size):
        s = x[k] + three
        y[k] = (zero if s <= zero else (six if s > six else s)) / six


@kernel
def hard_sigmoid_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Pass grad / 6 where z is between -3 and 3."""
    g, x = as_vector(grad), as_vector(kept)
    three = grad.dtype.type(3)
    six = grad.dtype.type(6)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        s = x[k] + three
        g[k] = g[k] / six if (s > zero) & (s < six) else zero
    bias_gradient(grad, bias_grad)


@kernel
def hard_silu_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute z relu6(z + 3) / 6."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    three = z.dtype.type(3)
    six = z.dtype.type(6)
    zero = z.dtype.type(0)
    for k in range(x.size):
        s = x[k] + three
        y[k] = x[k] * ((zero if s <= zero else (six if s > six else s)) / six)


@kernel
def hard_silu_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by hard_sigmoid(z), and by z / 6 more between -3 and 3."""
    g, x = as_vector(grad), as_vector(kept)
    three = grad.dtype.type(3)
    six = grad.dtype.type(6)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        s = x[k] + three
        share = (zero if s <= zero else (six if s > six else s)) / six
        inner = x[k] / six if (s > zero) & (s < six) else zero
        g[k] *= share + inner
    bias_gradient(grad, bias_grad)


@kernel
def hard_tanh_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute z within [-1, 1]."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    one = z.dtype.type(1)
    for k in range(x.size):
        y[k] = -one if x[k] < -one else (one if x[k] > one else x[k])


@kernel
def hard_tanh_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Pass grad where z is within [-1, 1]."""
    g, x = as_vector(grad), as_vector(kept)
    one = grad.dtype.type(1)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        g[k] = zero if (x[k] < -one) | (x[k] > one) else g[k]
    bias_gradient(grad, bias_grad)


@kernel
def sparse_sigmoid_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute (z + 1) / 2 within [0, 1]."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    half = z.dtype.type(0.5)
    one = z.dtype.type(1)
    zero = z.dtype.type(0)
    for k in range(x.size):
        s = half * (x[k] + one)
        y[k] = zero if x[k] <= -one else (one if x[k] >= one else s)


@kernel
def sparse_sigmoid_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Pass grad / 2 where z is between -1 and 1."""
    g, x = as_vector(grad), as_vector(kept)
    half = grad.dtype.type(0.5)
    one = grad.dtype.type(1)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        g[k] = half * g[k] if (x[k] > -one) & (x[k] < one) else zero
    bias_gradient(grad, bias_grad)


@kernel
def sparse_plus_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute (z + 1)**2 / 4 from -1 to 1, z above."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    quarter = z.dtype.type(0.25)
    one = z.dtype.type(1)
    zero = z.dtype.type(0)
    for k in range(x.size):
        s = x[k] + one
        middle = quarter * (s * s)
        y[k] = zero if x[k] <= -one else (middle if x[k] < one else x[k])


@kernel
def sparse_plus_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Multiply by (z + 1) / 2 from -1 to 1, by 1 above."""
    g, x = as_vector(grad), as_vector(kept)
    half = grad.dtype.type(0.5)
    one = grad.dtype.type(1)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        middle = half * (x[k] + one)
        slope = zero if x[k] <= -one else (middle if x[k] < one else one)
        g[k] *= slope
    bias_gradient(grad, bias_grad)


@kernel
def hard_shrink_forward(z: Array, bias: Array, out: Array, threshold: float) -> None:
    """Compute z beyond the threshold, 0 within."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    bound = z.dtype.type(threshold)
    zero = z.dtype.type(0)
    for k in range(x.size):
        y[k] = zero if abs(x[k]) <= bound else x[k]


@kernel
def hard_shrink_backward(
    grad: Array, kept: Array, bias_grad: Array, threshold: float
) -> None:
    """Pass grad where z is beyond the threshold."""
    g, x = as_vector(grad), as_vector(kept)
    bound = grad.dtype.type(threshold)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        g[k] = g[k] if abs(x[k]) > bound else zero
    bias_gradient(grad, bias_grad)


@kernel
def soft_shrink_forward(z: Array, bias: Array, out: Array, threshold: float) -> None:
    """Move z towards 0 by the threshold, to 0 within."""
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    bound = z.dtype.type(threshold)
    zero = z.dtype.type(0)
    for k in range(x.size):
        outside = x[k] - bound if x[k] > zero else x[k] + bound
        y[k] = zero if abs(x[k]) <= bound else outside


@kernel
def soft_shrink_backward(
    grad: Array, kept: Array, bias_grad: Array, threshold: float
) -> None:
    """Pass grad where z is beyond the threshold."""
    g, x = as_vector(grad), as_vector(kept)
    bound = grad.dtype.type(threshold)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        g[k] = g[k] if abs(x[k]) > bound else zero
    bias_gradient(grad, bias_grad)
