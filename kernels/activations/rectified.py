r"""Functions with a kink at 0: the identity above it, something flatter below.

.. math::
    \mathrm{relu}(z) = \max(z, 0), \quad
    \mathrm{leaky}(z) = \begin{cases} z \\ \alpha z \end{cases}, \quad
    \mathrm{elu}(z) = \begin{cases} z \\ \alpha (e^z - 1) \end{cases}, \quad
    \mathrm{selu}(z) = \lambda \begin{cases} z & z > 0 \\
    \alpha (e^z - 1) & z \le 0 \end{cases}

All derivatives follow from the output: below 0, elu' = elu + alpha. At 0 itself the
derivative of relu is 0 and that of leaky relu is alpha, as in TensorFlow and torch.
tf.keras's default slope of leaky relu is 0.2 (its layer's is 0.3), torch's is 0.01;
TensorFlow rounds the slope to float32 even in float64, and so do we.

References
----------
Nair and Hinton, ICML 2010 (relu). Maas, Hannun and Ng, ICML 2013 (leaky relu).
Clevert, Unterthiner and Hochreiter, arXiv:1511.07289 (elu).
Klambauer, Unterthiner, Mayr and Hochreiter, arXiv:1706.02515 (selu).
"""

from __future__ import annotations

import numpy as np

from optlab.kernels.activations.bias import add_bias, bias_gradient
from optlab.kernels.elementary import expm1
from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector
from optlab.kernels.wide import widest

#: The fixed point of Klambauer et al., equation 14.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


@kernel
def relu_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute max(z, 0); NaN stays NaN."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero = z.dtype.type(0)
    for k in range(x.size):
        y[k] = zero if x[k] <= zero else x[k]


@kernel
def relu_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Pass grad where the output is above 0."""
    widest()
    g, y = as_vector(grad), as_vector(kept)
    zero = grad.dtype.type(0)
    for k in range(g.size):
        g[k] = g[k] if y[k] > zero else zero
    bias_gradient(grad, bias_grad)


@kernel
def leaky_relu_forward(
    z: Array, bias: Array, out: Array, negative_slope: float
) -> None:
    """Compute z above 0, negative_slope z below."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero = z.dtype.type(0)
    slope = z.dtype.type(np.float32(negative_slope))
    for k in range(x.size):
        y[k] = x[k] if x[k] > zero else slope * x[k]


@kernel
def leaky_relu_backward(
    grad: Array, kept: Array, bias_grad: Array, negative_slope: float
) -> None:
    """Pass grad above 0, negative_slope grad below."""
    widest()
    g, y = as_vector(grad), as_vector(kept)
    zero = grad.dtype.type(0)
    slope = grad.dtype.type(np.float32(negative_slope))
    for k in range(g.size):
        g[k] = g[k] if y[k] > zero else slope * g[k]
    bias_gradient(grad, bias_grad)


@kernel
def elu_forward(z: Array, bias: Array, out: Array, alpha: float) -> None:
    """Compute z above 0, alpha (e**z - 1) below."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero, scale = z.dtype.type(0), z.dtype.type(alpha)
    for k in range(x.size):
        y[k] = x[k] if x[k] > zero else scale * expm1(x[k])


@kernel
def elu_backward(grad: Array, kept: Array, bias_grad: Array, alpha: float) -> None:
    """Pass grad above 0, (out + alpha) grad below."""
    widest()
    g, y = as_vector(grad), as_vector(kept)
    zero, scale = grad.dtype.type(0), grad.dtype.type(alpha)
    for k in range(g.size):
        g[k] = g[k] if y[k] > zero else (y[k] + scale) * g[k]
    bias_gradient(grad, bias_grad)


@kernel
def selu_forward(z: Array, bias: Array, out: Array) -> None:
    """Compute scale z above 0, scale alpha (e**z - 1) below."""
    widest()
    add_bias(z, bias)
    x, y = as_vector(z), as_vector(out)
    zero, scale = z.dtype.type(0), z.dtype.type(SELU_SCALE)
    scale_alpha = z.dtype.type(SELU_SCALE * SELU_ALPHA)
    for k in range(x.size):
        y[k] = scale * x[k] if x[k] > zero else scale_alpha * expm1(x[k])


@kernel
def selu_backward(grad: Array, kept: Array, bias_grad: Array) -> None:
    """Pass scale grad from 0 on, (out + scale alpha) grad below."""
    widest()
    g, y = as_vector(grad), as_vector(kept)
    zero, scale = grad.dtype.type(0), grad.dtype.type(SELU_SCALE)
    scale_alpha = grad.dtype.type(SELU_SCALE * SELU_ALPHA)
    for k in range(g.size):
        g[k] = (y[k] + scale_alpha) * g[k] if y[k] < zero else scale * g[k]
    bias_gradient(grad, bias_grad)


@kernel
def cut_forward(
    x: Array, threshold: float, slope: float, limit: float, out: Array
) -> None:
    """Compute min(z, limit) above the threshold, slope (z - threshold) below; flat."""
    widest()
    dtype = x.dtype.type
    bar, rise, top = dtype(threshold), dtype(slope), dtype(limit)
    for k in range(x.size):
        upper = top if x[k] > top else x[k]
        out[k] = upper if x[k] > bar else rise * (x[k] - bar)


@kernel
def cut_backward(
    grad: Array, x: Array, threshold: float, slope: float, limit: float
) -> None:
    """Pass grad between threshold and limit, 0 above, slope grad below; flat.

    At the threshold itself it is 0, as in tf.keras, which adds up two cut parts.
    """
    widest()
    dtype = grad.dtype.type
    bar, rise, top, zero = dtype(threshold), dtype(slope), dtype(limit), dtype(0)
    for k in range(grad.size):
        upper = zero if x[k] > top else grad[k]
        lower = rise * grad[k] if x[k] < bar else zero
        grad[k] = upper if x[k] > bar else lower
