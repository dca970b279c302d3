r"""PSGD Kron: gradients whitened by Kronecker factors that are fitted as it goes.

.. math::
    m &\leftarrow \beta m + (1 - \beta) g, \qquad \hat m = m / (1 - \beta^t), \qquad
    A = (Q_1 \otimes \dots \otimes Q_k)\, \hat m, \qquad
    B = (Q_1 \otimes \dots \otimes Q_k)^{-\top} z \\
    Q_i &\leftarrow Q_i - \mu \frac{\mathrm{triu}(A_i A_i^\top - B_i B_i^\top)}
        {\lVert A_i A_i^\top + B_i B_i^\top \rVert} Q_i, \qquad
    u = (Q_1^\top Q_1 \otimes \dots \otimes Q_k^\top Q_k)\, \hat m \\
    w &\leftarrow w - \eta\, u \min\Big(1, \frac{1.1}{\mathrm{RMS}(u) + 10^{-6}}\Big)

with z standard normal and :math:`A_i` unfolded along axis i. The norm is a lower bound
of the spectral one. Factors are triangular, those of vectors and of axes that are too
long or have one place diagonal. They are fitted at each of the first 500 steps, then
less and less often, down to one in 33. z is drawn from seed and step, and every 100
steps the factors are scaled to one size, where the authors' program draws lots. Neither
tf.keras nor torch nor optax has it.

References
----------
Li, Preconditioned stochastic gradient descent, 2018.
Pooladzandi, Li, Curvature-informed SGD via general purpose Lie-group preconditioners,
2024.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.kernels.rules.bias import correction
from optlab.kernels.rules.factors import (
    Shapes,
    everywhere,
    outer,
    packed,
    unfolded,
    unpacked,
)

SLOTS = ("momentum", "factors", "waited")
#: Steps from one balance of the factors to the next.
BALANCE = 100
_TINY = float(np.finfo("float32").tiny)


def kron(
    param: Any,
    grad: Any,
    m: Any,
    factors: Any,
    waited: Any,
    rate: Any,
    left: Any,
    one_minus_beta: Any,
    fitting_rate: Any,
    limit: Any,
    most: Any,
    seed: Any,
    step: Any,
) -> Any:
    """Average, fit the factors where that is due, and step along what they whiten."""
    if param.size == 0:
        return param, m, factors, waited
    m = m + (grad - m) * one_minus_beta
    mean = np.atleast_1d((m / left).astype(m.dtype))
    qs = unpacked(factors, kron_shapes(param.shape, limit))
    waited = waited + 1
    if waited[0] >= most:
        waited = waited * 0
        qs = balanced(qs) if step % BALANCE == 0 and param.ndim > 1 else qs
        qs = fitted(qs, mean, drawn(seed, step, mean), fitting_rate)
    update = everywhere([q.T for q in qs], everywhere(qs, mean))
    size = np.sqrt(np.mean(update * update)) + m.dtype.type(1e-6)
    update = update * np.minimum(m.dtype.type(1.1) / size, m.dtype.type(1))
    param = param - rate * update.reshape(param.shape)
    return param, m, packed(qs, factors), waited


def kron_shapes(shape: tuple[int, ...], limit: Any) -> Shapes:
    """Return the shapes of the factors, triangles or diagonals."""
    whole = len(shape) > 1
    return [(d, d) if whole and 1 < d <= limit else (d,) for d in shape or (1,)]


def drawn(seed: Any, step: Any, x: Any) -> Any:
    """Return standard normal numbers, those of the seed and the step, shaped like x."""
    noise = np.random.Generator(np.random.Philox(key=np.array([seed, step], np.uint64)))
    return noise.standard_normal(x.shape).astype(x.dtype)


def balanced(qs: list[Any]) -> list[Any]:
    """Scale the factors to one size, and leave their product."""
    sizes = [float(np.abs(q).max()) for q in qs]
    mean = math.prod(sizes) ** (1 / len(sizes))
    return [q * q.dtype.type(mean / size) for q, size in zip(qs, sizes, strict=True)]


def fitted(qs: list[Any], g: Any, probe: Any, rate: Any) -> list[Any]:
    """Move every factor towards one that whitens."""
    a, b = everywhere(qs, g), probe
    for axis, q in enumerate(qs):
        b = divided(q, b, axis)
    found = []
    for axis, q in enumerate(qs):
        one, other = (terms(x, axis, q.ndim) for x in (a, b))
        change, scale = one - other, one + other
        if q.ndim == 1:
            step = change * q / (np.abs(scale).max() + q.dtype.type(_TINY))
        else:
            norm = least_norm(scale) + q.dtype.type(_TINY)
            step = np.triu(change) / norm @ q
        found.append(q - rate * step)
    return found


def terms(x: Any, axis: int, ndim: int) -> Any:
    """Return the products of an axis with itself, or the squares alone."""
    return outer(x, axis) if ndim == 2 else (unfolded(x, axis) ** 2).sum(axis=1)


def divided(q: Any, x: Any, axis: int) -> Any:
    """Multiply a tensor by the inverse of a factor's transpose, along an axis."""
    # SciPy costs an eighth of a second to import, and few need it.
    from scipy.linalg import solve_triangular

    rows = unfolded(x, axis)
    if q.ndim == 1:
        rows = rows / q[:, None]
    else:
        rows = solve_triangular(q, rows, trans="T", check_finite=False)
    lead = np.moveaxis(x, axis, 0).shape
    return np.moveaxis(rows.reshape(lead), 0, axis)


def least_norm(a: Any) -> Any:
    """Return a lower bound of the largest singular value of a symmetric matrix."""
    largest = np.abs(a).max()
    if not largest > 0:
        return largest
    a = a / largest
    column = a[np.argmax((a * a).sum(axis=1))]
    x = column @ a
    return largest * np.linalg.norm(a @ (x / np.linalg.norm(x)))


def kron_coefficients(
    one: Any,
    step: Any,
    learning_rate: Any,
    one_minus_momentum: Any,
    preconditioner_rate: Any,
    max_size: Any,
    seed: Any,
) -> Any:
    """Say how long to wait between fits."""
    often = min(1.0, max(0.03, math.exp(-0.001 * (float(step) - 501))))
    return (
        learning_rate,
        correction(one_minus_momentum, step),
        one_minus_momentum,
        preconditioner_rate,
        max_size,
        1.0 / often,
        seed,
        step,
    )
