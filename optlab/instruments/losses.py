r"""Second derivatives of the losses by the predictions, as products with a vector.

With the value :math:`L = \frac1D \sum_i w_i l_i` a product is, for each row i of a
direction r, :math:`\frac{w_i}{D} \nabla^2 l_i \, r_i`. Most losses are sums over the
outputs, so that :math:`\nabla^2 l_i` is a diagonal; the others are written out by rows.
What is differentiated is the gradient that the kernels give (`optlab.kernels.losses`):
0 where a prediction is clipped, :math:`p - t` for logits.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab import losses
from optlab.kernels.curvature import softmax_along
from optlab.kernels.losses.binary import CLIP
from optlab.typing import Array

#: Takes a direction (vectors, rows, outputs), returns the product.
Product = Callable[[Array], Array]

_CLIP_32 = float(np.float32(CLIP))


def _squared(loss: Any, y: Array, p: Array) -> Any:
    return np.full_like(p, 2)


def _flat(loss: Any, y: Array, p: Array) -> Any:
    return np.zeros_like(p)


def _huber(loss: Any, y: Array, p: Array) -> Any:
    return (np.abs(p - y) <= loss.delta).astype(p.dtype)


def _log_cosh(loss: Any, y: Array, p: Array) -> Any:
    return 1 - np.tanh(p - y) ** 2


def _poisson(loss: Any, y: Array, p: Array) -> Any:
    return y / (p + p.dtype.type(CLIP)) ** 2


def _logarithmic(loss: Any, y: Array, p: Array) -> Any:
    low = p.dtype.type(_CLIP_32)
    above = np.maximum(p, low) + 1
    error = np.log(above) - np.log(np.maximum(y, low) + 1)
    return np.where(p < low, 0, 2 * (1 - error) / above**2)


def _squared_hinge(loss: Any, y: Array, p: Array) -> Any:
    binary = bool(np.isin(y, (0, 1)).all())
    t = 2 * y - 1 if binary else y
    return np.where(t * p < 1, 2 * t * t, 0)


def _smoothed(loss: Any, y: Array, center: float) -> Any:
    alpha = loss.label_smoothing
    return y * y.dtype.type(1 - alpha) + y.dtype.type(alpha * center)


def _binary(loss: Any, y: Array, p: Array) -> Any:
    if loss.from_logits:
        small = np.exp(-np.abs(p))
        return small / (1 + small) ** 2
    t = _smoothed(loss, y, 0.5)
    clipped = (p < p.dtype.type(CLIP)) | (p > p.dtype.type(1 - CLIP))
    c = np.where(clipped, p.dtype.type(0.5), p)
    return np.where(clipped, 0, (1 - t) / (1 - c) ** 2 + t / (c * c))


def _divergence(loss: Any, y: Array, p: Array) -> Any:
    low = p.dtype.type(CLIP)
    cut = (p < low) | (p > 1)
    return np.where(cut, 0, np.clip(y, low, 1) / np.where(cut, 1, p) ** 2)


def _softmax(p: Array) -> Array:
    shifted = np.exp(p - p.max(-1, keepdims=True))
    found: Array = shifted / shifted.sum(-1, keepdims=True)
    return found


def _sum(a: Array) -> Array:
    found: Array = a.sum(-1, keepdims=True)
    return found


def _logits(loss: Any, y: Array, p: Array, factor: Array) -> Product:
    """Return the product with p (r - p . r), p the softmax."""
    share = _softmax(p)
    weights = np.broadcast_to(factor, (len(p), 1)).reshape(-1)

    def product(r: Array) -> Array:
        found = np.empty_like(r)
        softmax_along(share, weights, r, found)
        return found

    return product


def _categorical(loss: Any, y: Array, p: Array, factor: Array) -> Product:
    """Logits, or probabilities that are divided by their sum and clipped."""
    if loss.from_logits:
        return _logits(loss, y, p, factor)
    total = _sum(p)
    q = p / total
    inside = (q >= p.dtype.type(CLIP)) & (q <= p.dtype.type(1 - CLIP))
    t = np.where(inside, _smoothed(loss, y, 1 / p.shape[-1]), 0)
    own = factor * t / np.where(inside, p, 1) ** 2
    common = factor * _sum(t) / total**2
    return lambda r: own * r - common * _sum(r)


def _sparse(loss: Any, y: Array, p: Array, factor: Array) -> Product:
    """Logits, or probabilities that are clipped and divided by their sum."""
    factor = np.where(y[:, None] < 0, 0, factor)
    if loss.from_logits:
        return _logits(loss, y, p, factor)
    low, high = p.dtype.type(CLIP), p.dtype.type(1 - CLIP)
    inside = (p >= low) & (p <= high)
    clipped = np.clip(p, low, high)
    own = (np.arange(p.shape[1]) == y[:, None]) & inside
    own = factor * np.where(own, 1 / clipped**2, 0)
    common = factor / _sum(clipped) ** 2
    return lambda r: own * r - inside * (common * _sum(inside * r))


def _cosine(loss: Any, y: Array, p: Array, factor: Array) -> Product:
    """Differentiate -(t - c q) / n by p: t, q the unit vectors, c their product."""
    floor = p.dtype.type(CLIP)
    t = y / np.maximum(np.sqrt(_sum(y * y)), floor)
    n = np.maximum(np.sqrt(_sum(p * p)), floor)
    q = p / n
    c = _sum(t * q)

    def product(r: Array) -> Array:
        along = _sum(q * r)
        turn = (r - q * along) / n
        found: Array = ((t - c * q) * along / n + q * _sum(t * turn) + c * turn) / n
        return factor * found

    return product


#: Class -> the diagonal of a sample's second derivative, given loss, y and p; the mean
#: over the outputs is taken after it.
DIAGONAL: dict[type[losses.Loss], Callable[[Any, Array, Array], Any]] = {
    losses.BinaryCrossentropy: _binary,
    losses.Hinge: _flat,
    losses.Huber: _huber,
    losses.LogCosh: _log_cosh,
    losses.MeanAbsoluteError: _flat,
    losses.MeanAbsolutePercentageError: _flat,
    losses.MeanSquaredError: _squared,
    losses.MeanSquaredLogarithmicError: _logarithmic,
    losses.Poisson: _poisson,
    losses.SquaredHinge: _squared_hinge,
}
#: The same of losses that are a sum over the outputs.
SUMMED: dict[type[losses.Loss], Callable[[Any, Array, Array], Any]] = {
    losses.CategoricalHinge: _flat,
    losses.KLDivergence: _divergence,
}
#: Class -> the product itself, given loss, y, p and the rows' factors.
BY_ROWS: dict[type[losses.Loss], Callable[[Any, Array, Array, Array], Product]] = {
    losses.CategoricalCrossentropy: _categorical,
    losses.CosineSimilarity: _cosine,
    losses.SparseCategoricalCrossentropy: _sparse,
}


def covered(loss: Any) -> bool:
    """Tell whether the second derivative of a loss is known."""
    kind = type(loss)
    return kind in DIAGONAL or kind in SUMMED or kind in BY_ROWS


def product(loss: Any, y: Array, p: Array, weights: Array | None) -> Product:
    """Return the product with the second derivative at predictions p.

    Parameters
    ----------
    loss : Loss
        `covered`.
    y : ndarray
        As `Loss.prepare_targets` returned them.
    p : ndarray, shape (rows, outputs)
    weights : ndarray, shape (rows,), or None
        Of the samples.

    Returns
    -------
    callable
        Takes and returns (vectors, rows, outputs).
    """
    divisor = loss.divisor(y, weights)
    ones = np.ones(len(p), p.dtype) if weights is None else weights
    factor = (ones / p.dtype.type(divisor))[:, None]
    kind = type(loss)
    if kind in BY_ROWS:
        return BY_ROWS[kind](loss, y, p, factor)
    if kind in SUMMED:
        diagonal = factor * SUMMED[kind](loss, y, p)
    else:
        diagonal = factor / p.dtype.type(p.shape[1]) * DIAGONAL[kind](loss, y, p)
    return lambda r: diagonal * r
