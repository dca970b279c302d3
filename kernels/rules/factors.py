"""Kronecker factors of a tensor: one matrix an axis, packed into one flat array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

#: What a factor is: a matrix, a diagonal, or nothing (shape (0,)).
Shapes = list[tuple[int, ...]]


def matrices(shape: tuple[int, ...], limit: Any) -> Shapes:
    """Return a matrix for every axis of at most `limit` places, at least one axis."""
    return [(d, d) if d <= limit else (0,) for d in shape or (1,)]


def packed_size(shapes: Shapes) -> int:
    """Return how many numbers the factors have together."""
    return sum(int(np.prod(shape)) for shape in shapes)


def unpacked(flat: Any, shapes: Shapes) -> list[Any]:
    """Return views of the factors."""
    edges = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)]).tolist()
    return [
        flat[edges[k] : edges[k + 1]].reshape(shape) for k, shape in enumerate(shapes)
    ]


def packed(factors: Sequence[Any], flat: Any) -> Any:
    """Return the factors as one flat array, like `flat`."""
    if not factors:
        return flat
    return np.concatenate([factor.reshape(-1) for factor in factors])


def identities(shapes: Shapes, scale: float, dtype: Any) -> Any:
    """Return packed factors that multiply by `scale`."""
    parts = [
        np.full(shape, scale) if len(shape) == 1 else scale * np.eye(shape[0])
        for shape in shapes
    ]
    return np.concatenate([np.zeros(0), *(p.reshape(-1) for p in parts)]).astype(dtype)


def unfolded(x: Any, axis: int) -> Any:
    """Return a tensor as a matrix whose rows are the places of an axis."""
    return np.moveaxis(x, axis, 0).reshape(x.shape[axis], -1)


def outer(x: Any, axis: int) -> Any:
    """Return the products of the places of an axis, summed over all other axes."""
    rows = unfolded(x, axis)
    return rows @ rows.T


def along(factor: Any, x: Any, axis: int) -> Any:
    """Multiply a tensor by a factor along an axis."""
    if factor.size == 0:
        return x
    if factor.ndim == 1:
        shape = [1] * x.ndim
        shape[axis] = -1
        return x * factor.reshape(shape)
    return np.moveaxis(np.tensordot(factor, x, (1, axis)), 0, axis)


def everywhere(factors: Sequence[Any], x: Any) -> Any:
    """Multiply a tensor by its factor along every axis."""
    for axis, factor in enumerate(factors):
        x = along(factor, x, axis)
    return x


def eigen(matrix: Any) -> tuple[Any, Any]:
    """Return eigenvalues, rising, and eigenvectors; NaN of what is not finite."""
    if not np.isfinite(matrix).all():
        nan = np.full_like(matrix, np.nan)
        return nan[0], nan
    values, vectors = np.linalg.eigh(matrix)
    return values, vectors
