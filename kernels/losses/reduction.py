r"""The steps that all losses share: mean over a row, weights, sum over the batch.

.. math::
    L = \frac{1}{N} \sum_i w_i \frac{1}{u} \sum_j l_{ij}, \qquad
    \frac{\partial L}{\partial p_{ij}} =
    \left(\left(w_i \cdot \tfrac{1}{N}\right) / u\right) \cdot l'_{ij}

with the products rounded in the order written, which is that of TensorFlow's tape.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.jit import kernel
from optlab.kernels.sums import sum_range, sum_rows
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector


@kernel
def mean_rows(x: Array, out: Array) -> None:
    """Put the mean of each row of x into `out`."""
    n, u = x.shape
    if u == 1:
        flat = as_vector(x)
        for i in range(n):
            out[i] = flat[i]
        return
    sum_rows(x, False, out)
    count = x.dtype.type(u)
    for i in range(n):
        out[i] /= count


@kernel
def weighted_total(rows: Array, w: Array, divisor: float) -> Any:
    """Multiply `rows` by their weights and return their sum over `divisor`."""
    if w.size:
        for i in range(rows.size):
            rows[i] *= w[i]
    return sum_range(rows, 0, rows.size, False) / rows.dtype.type(divisor)


@kernel
def flat_factor(p: Array, w: Array, divisor: float) -> Any:
    """Return what a flat loop multiplies by: 1 where `scale_rows` follows."""
    one = p.dtype.type(1)
    if w.size:
        return one
    return (one / p.dtype.type(divisor)) / p.dtype.type(p.shape[1])


@kernel
def scale_rows(grad: Array, w: Array, divisor: float) -> None:
    """Multiply each row of derivatives by its weight over `divisor` and row length."""
    if w.size:
        n, u = grad.shape
        seed = grad.dtype.type(1) / grad.dtype.type(divisor)
        count = grad.dtype.type(u)
        for i in range(n):
            factor = (w[i] * seed) / count
            for j in range(u):
                grad[i, j] *= factor
