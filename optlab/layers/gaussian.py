"""Gaussian noise in training: added to the inputs, or multiplying them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.layers.base import Array, Layer, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import checked_seed, number


class Noise(Layer):
    """A layer that draws one number for each entry in training.

    The numbers come from the generator that the run passes in, so that a resumed run
    repeats them; `seed` is accepted and changes nothing else.
    """

    supports_masking = True
    #: The standard deviation of the noise.
    spread: float
    seed: int | None

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Make the buffers; there are no weights."""
        super().build(input_shape, dtype)
        self._buffer = Buffer(input_shape, dtype)
        self._noise_buffer = Buffer(input_shape, dtype)
        self._noisy = False
        return []

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self._out = self._buffer.rows(rows)
        self._noise = self._noise_buffer.rows(rows)

    def _draw(self, training: bool, rng: Rng) -> bool:
        """Fill the noise where there is any, and tell."""
        self._noisy = training and rng is not None and self.spread > 0
        if self._noisy and rng is not None:
            rng.standard_normal(out=self._noise, dtype=self._noise.dtype.type)
            np.multiply(self._noise, self._noise.dtype.type(self.spread), self._noise)
        return self._noisy

    def _between(self, name: str, value: Any) -> float:
        """Return a number in [0, 1]."""
        found: float = self._get(lambda v: number(name, v, low=0), value)
        if found > 1:
            raise self._error(f"`{name}` must be in [0, 1]. Received: {name}={value}.")
        return found


@register
class GaussianNoise(Noise):
    """Add noise of mean 0 in training.

    Parameters
    ----------
    stddev : float
        Its standard deviation, in [0, 1].
    seed : int, optional
        Accepted; see `Noise`.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        stddev: float,
        seed: int | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.stddev = self.spread = self._between("stddev", stddev)
        self.seed = self._get(checked_seed, seed)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return `x` with noise, or `x` itself outside training."""
        noisy = self._draw(training, rng)
        self.output = np.add(x, self._noise, self._out) if noisy else x
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Return the gradient, which the noise does not change."""
        return grad


@register
class GaussianDropout(Noise):
    r"""Multiply by noise of mean 1 in training.

    Parameters
    ----------
    rate : float
        In [0, 1); the standard deviation is that of dropout,
        :math:`\sqrt{r / (1 - r)}`.
    seed : int, optional
        Accepted; see `Noise`.
    trainable, name
        See `Layer`.
    """

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.rate = self._between("rate", rate)
        if self.rate == 1:
            raise self._error("`rate` must be below 1. Received: rate=1.")
        self.spread = math.sqrt(self.rate / (1 - self.rate))
        self.seed = self._get(checked_seed, seed)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return `x` times the noise, or `x` itself outside training."""
        if not self._draw(training, rng):
            self.output = x
            return x
        np.add(self._noise, self._noise.dtype.type(1), self._noise)
        self.output = np.multiply(x, self._noise, self._out)
        return self.output

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Multiply by the same noise."""
        return np.multiply(grad, self._noise, grad) if self._noisy else grad
