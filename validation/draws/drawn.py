"""One layer made at random, with a batch for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.layers import Layer
from optlab.typing import Array

Rng = np.random.Generator


@dataclass(frozen=True)
class Drawn:
    """A layer, what it is given, and how it is run.

    Attributes
    ----------
    layer : Layer
        Not built.
    x : ndarray, shape (rows, *input_shape)
        A batch, in float64.
    mask : ndarray of bool, shape (rows, steps), or None
        What a layer before it would have made.
    training : bool
        Whether it is run as in training.
    """

    layer: Layer
    x: Array
    mask: Array | None = None
    training: bool = True

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one row."""
        return self.x.shape[1:]


Draw = Callable[[Rng], Drawn]

#: Roundings that pass in float32 and in float64, and why: the next power of two above
#: three times the largest of 40 configurations, as another processor adds up in another
#: order. They are of a tensor's largest entry, which counts as 1 at least.
Bounds = dict[str, tuple[float, float, str]]
ORDER = "a product's sums in another order"
EXP = "TensorFlow's vectorised exp and tanh differ in the last bit"

#: Arguments that several layers are drawn with.
SPREAD = {"name": "random_normal", "stddev": 0.5}
PENALTY = {"name": "l1_l2", "l1": 0.1, "l2": 0.2}


def pick(rng: Rng, values: Sequence[Any]) -> Any:
    """Return one of some values."""
    return values[int(rng.integers(len(values)))]


def flag(rng: Rng, chance: float = 0.5) -> bool:
    """Return whether something that happens so often does."""
    return bool(rng.random() < chance)


def several(rng: Rng, rank: int, high: int, low: int = 1) -> Any:
    """Return one number below `high` for all axes, or one for each."""
    if flag(rng):
        return int(rng.integers(low, high))
    return tuple(int(n) for n in rng.integers(low, high, rank))


def row_shape(rng: Rng, low: int = 1, high: int = 3) -> tuple[int, ...]:
    """Return the shape of a row of `low` to `high` axes, each of 1 to 5 entries."""
    return tuple(int(n) for n in rng.integers(1, 6, rng.integers(low, high + 1)))


def numbers(rng: Rng, rows: int, shape: tuple[int, ...]) -> Array:
    """Return numbers on both sides of 0, whole ones in the first row.

    So pooling meets equal values, and activations their kinks.
    """
    x = rng.standard_normal((rows, *shape)) * 2
    x[0] = np.round(x[0])
    return x


def some_mask(rng: Rng, rows: int, steps: int) -> Array | None:
    """Return a mask of sequences, or none, each half of the time."""
    return rng.random((rows, steps)) < 0.7 if flag(rng) else None
