"""Noise whose size does not depend on the layer."""

from __future__ import annotations

import numpy as np

from optlab.errors import InputError
from optlab.initializers.base import Array, Initializer, Shape
from optlab.lookup import number


class RandomUniform(Initializer):
    """Uniform noise.

    Parameters
    ----------
    minval, maxval : float
        The range.
    seed : int, optional
        Fixes the values of every call.
    """

    def __init__(
        self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None
    ) -> None:
        super().__init__(seed)
        self.minval = number("minval", minval)
        self.maxval = number("maxval", maxval)
        if self.maxval < self.minval:
            raise InputError(
                "`maxval` must be at least `minval`. "
                f"Received: minval={minval!r}, maxval={maxval!r}"
            )

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return rng.uniform(self.minval, self.maxval, shape)


class RandomNormal(Initializer):
    """Normal noise.

    Parameters
    ----------
    mean, stddev : float
        Its mean and standard deviation.
    seed : int, optional
        Fixes the values of every call.
    """

    def __init__(
        self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None
    ) -> None:
        super().__init__(seed)
        self.mean = number("mean", mean)
        self.stddev = number("stddev", stddev, low=0)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return rng.normal(self.mean, self.stddev, shape)


class TruncatedNormal(RandomNormal):
    """Normal noise whose values beyond two standard deviations are drawn again.

    Parameters
    ----------
    mean, stddev : float
        Mean and standard deviation before the cut; after it the standard deviation is
        0.88 times as large.
    seed : int, optional
        Fixes the values of every call.
    """

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return self.mean + self.stddev * truncated(shape, rng)


def truncated(shape: Shape, rng: np.random.Generator) -> Array:
    """Draw standard normal values, again where they are beyond 2."""
    values = rng.standard_normal(shape).reshape(-1)
    outside = np.flatnonzero(np.abs(values) > 2)
    while outside.size:
        values[outside] = rng.standard_normal(outside.size)
        outside = outside[np.abs(values[outside]) > 2]
    return values.reshape(shape)
