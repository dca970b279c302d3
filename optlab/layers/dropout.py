"""Dropout: in training, zero entries at random and scale up the rest."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels import dropout as kernels
from optlab.layers.base import Array, Layer, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.registry import register
from optlab.lookup import checked_seed, number


@register
class Dropout(Layer):
    """Zero a fraction `rate` of the entries in training; pass everything otherwise.

    What is kept is divided by ``1 - rate``, so that the mean stays and nothing has to
    be scaled afterwards ("inverted" dropout).

    Parameters
    ----------
    rate : float
        The fraction to drop, in [0, 1].
    seed : int, optional
        Makes the layer's masks differ from those of another seed. The masks always come
        from the generator that the run passes in, so that a resumed run repeats them.
    trainable, name
        See `Layer`.

    Attributes
    ----------
    kept : ndarray of bool, shape (rows, *input_shape), or None
        What the latest `forward` kept; None when it kept everything.

    References
    ----------
    Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov (2014), "Dropout: a
    simple way to prevent neural networks from overfitting".
    """

    supports_masking = True

    def __init__(
        self,
        rate: float,
        seed: int | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(trainable, name)
        self.rate = self._get(lambda rate: number("rate", rate, low=0), rate)
        if self.rate > 1:
            raise self._error(f"`rate` must be in [0, 1]. Received: rate={rate!r}.")
        self.seed = self._get(checked_seed, seed)
        self.kept: Array | None = None

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Make the buffers; there are no weights."""
        super().build(input_shape, dtype)
        self._buffer = Buffer(input_shape, dtype)
        self._kept_buffer = Buffer(input_shape, np.dtype(bool))
        self._scale = dtype.type(1 / (1 - self.rate) if self.rate < 1 else 0)
        self._key = 0 if self.seed is None else (self.seed + 1) % 2**63
        return []

    def resize(self, rows: int) -> None:
        """Make the buffers fit a batch of `rows` rows."""
        self._out = self._buffer.rows(rows)
        self._kept = self._kept_buffer.rows(rows)
        self._flat_out = self._out.reshape(-1)
        self._flat_kept = self._kept.reshape(-1)

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return `x` with entries dropped, or `x` itself outside training."""
        if not training or rng is None or self.rate == 0:
            self.kept = None
            self.output = x
            return x
        kernels.draw_mask(rng.random(), self._key, self.rate, self._flat_kept)
        kernels.forward(x.reshape(-1), self._scale, self._flat_kept, self._flat_out)
        self.kept = self._kept
        self.output = self._out
        return self._out

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Pass the gradient where the mask kept the entry."""
        if need_input and self.kept is not None:
            kernels.backward(grad.reshape(-1), self._scale, self._flat_kept)
        return grad

    def get_config(self) -> dict[str, Any]:
        """Return the configuration as tf.keras's `Dropout` has it."""
        return {**super().get_config(), "noise_shape": None}
