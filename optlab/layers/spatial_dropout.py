"""Dropout of whole channels: neighbouring pixels say the same, so one alone is no loss.

Tompson, Goroshin, Jain, LeCun and Bregler (2015), "Efficient object localization using
convolutional networks", arXiv:1411.4280.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels import dropout as kernels
from optlab.layers.base import Array, Rng, Shape, Weight
from optlab.layers.buffer import Buffer
from optlab.layers.dropout import Dropout
from optlab.layers.registry import register
from optlab.layers.windows import Windowed


class SpatialDropout(Dropout, Windowed):
    """Base class of dropping channels; arguments as in `Dropout`.

    Attributes
    ----------
    kept : ndarray of bool, shape (rows, 1, ..., channels), or None
        What the latest `forward` kept; None when it kept everything.
    """

    supports_masking = True

    def build(self, input_shape: Shape, dtype: np.dtype[Any]) -> list[Weight]:
        """Make the buffers; there are no weights."""
        super().build(input_shape, dtype)
        self._image(input_shape)
        shape = (*(1,) * self.rank, input_shape[-1])
        self._kept_buffer = Buffer(shape, np.dtype(bool))
        return []

    def forward(self, x: Array, training: bool, rng: Rng) -> Array:
        """Return `x` with channels dropped, or `x` itself outside training."""
        if not training or rng is None or self.rate == 0:
            self.kept = None
            self.output = x
            return x
        kernels.draw_mask(rng.random(), self._key, self.rate, self._flat_kept)
        self._out.fill(0)
        np.multiply(x, self._scale, self._out, where=self._kept)
        self.kept = self._kept
        self.output = self._out
        return self._out

    def backward(self, grad: Array, need_input: bool) -> Array:
        """Pass the gradient of the channels that were kept."""
        if need_input and self.kept is not None:
            self._out.fill(0)
            np.multiply(grad, self._scale, self._out, where=self._kept)
            return self._out
        return grad

    def get_config(self) -> dict[str, Any]:
        """Return the configuration as tf.keras has it, whose layer is not frozen."""
        config = super().get_config()
        return {
            name: value
            for name, value in config.items()
            if name not in ("noise_shape", "trainable")
        }


@register
class SpatialDropout1D(SpatialDropout):
    """Drop channels of sequences (rows, steps, channels); see `Dropout`."""

    rank = 1


@register
class SpatialDropout2D(SpatialDropout):
    """Drop channels of images (rows, height, width, channels).

    Parameters
    ----------
    rate : float
        The fraction to drop, in [0, 1].
    data_format : str, optional
        "channels_last", which is the same as None.
    seed, trainable, name
        See `Dropout`.
    """

    rank = 2

    def __init__(
        self,
        rate: float,
        data_format: str | None = None,
        seed: int | None = None,
        trainable: bool = True,
        name: str | None = None,
    ) -> None:
        super().__init__(rate, seed, trainable, name)
        self.data_format = self._channels_last(data_format)
