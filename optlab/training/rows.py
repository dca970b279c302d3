"""The training data as the loop takes it: in batches, in an order for each epoch.

Random numbers come from the seed and the epoch's number alone: one stream for the order
of the rows, one for dropout. Unlike tf.keras with a seed, each epoch has another order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.typing import Array

#: What random numbers are for.
ORDER, DROPOUT = 0, 1


@dataclass
class Rows:
    """The training data, prepared.

    Attributes
    ----------
    x, y, weights : ndarray
        Inputs, targets, and weights or None; rows first, contiguous.
    batch_size : int
        Rows in a batch; the last batch of an epoch may have fewer.
    shuffle : bool
        Whether each epoch has a random order of its own.
    seed : int
        Where all random numbers come from.
    """

    x: Array
    y: Array
    weights: Array | None
    batch_size: int
    shuffle: bool
    seed: int

    @property
    def batches(self) -> int:
        """The number of batches in an epoch."""
        return -(-len(self.x) // self.batch_size)

    def order(self, epoch: int) -> Array:
        """Return the order of the rows in an epoch."""
        if not self.shuffle:
            return np.arange(len(self.x))
        return self.stream(epoch, ORDER).permutation(len(self.x))

    def stream(self, epoch: int, purpose: int) -> np.random.Generator:
        """Return an epoch's random numbers for a purpose."""
        return np.random.default_rng([self.seed, epoch, purpose])

    def buffers(self, output_shape: tuple[int, ...]) -> list[Any]:
        """Return room for one batch: inputs, targets, weights or None, gradient."""
        size = min(self.batch_size, len(self.x))
        weights = self.weights
        return [
            np.empty((size, *self.x.shape[1:]), self.x.dtype),
            np.empty((size, *self.y.shape[1:]), self.y.dtype),
            None if weights is None else np.empty(size, weights.dtype),
            np.empty((size, *output_shape), self.x.dtype),
        ]
