"""The gradients that the matrix feeds to both sides: ordinary ones and hard ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.typing import Array

Regime = Callable[[np.random.Generator, tuple[int, ...], np.dtype[Any]], Array]


def ordinary(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """N(0, 1)."""
    return rng.standard_normal(shape).astype(dtype)


def wild(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """N(0, 1) times a power of ten between 1e-9 and 1e4, another one each element."""
    scale = 10.0 ** rng.uniform(-9, 4, shape)
    return (rng.standard_normal(shape) * scale).astype(dtype)


def subnormal(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """Small enough for squares that are subnormal, a third near the smallest normal.

    Squares of what is smaller still, 1e-30, are exactly 0 and show nothing.
    """
    squares, tiny = ((-22.5, -18.5), (-39.0, -37.0))
    if dtype == np.float64:
        squares, tiny = ((-161.5, -153.5), (-309.0, -307.0))
    power = np.where(
        rng.random(shape) < 1 / 3,
        rng.uniform(*tiny, shape),
        rng.uniform(*squares, shape),
    )
    return (rng.choice([-1.0, 1.0], shape) * 10.0**power).astype(dtype)


def sparse(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """N(0, 1) in one element of ten, exact zeros in the others."""
    return (rng.standard_normal(shape) * (rng.random(shape) < 0.1)).astype(dtype)


def huge(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """Up to 1e30 (1e300 in float64): squares overflow."""
    low, high = (15, 30) if dtype == np.float32 else (150, 300)
    scale = 10.0 ** rng.uniform(low, high, shape)
    return (rng.standard_normal(shape) * scale).astype(dtype)


def mixed(
    rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Array:
    """Ordinary, wild, subnormal and sparse gradients, a quarter each."""
    parts = (ordinary, wild, subnormal, sparse)
    which = np.arange(int(np.prod(shape))).reshape(shape) % len(parts)
    found = np.zeros(shape, dtype)
    for k, part in enumerate(parts):
        found = np.where(which == k, part(rng, shape, dtype), found)
    return found


REGIMES: dict[str, Regime] = {
    "ordinary": ordinary,
    "wild": wild,
    "subnormal": subnormal,
    "sparse": sparse,
    "huge": huge,
    "mixed": mixed,
}
