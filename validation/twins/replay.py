"""A dropout layer for twins that uses the masks it is given instead of drawing them."""

from __future__ import annotations

import functools
from typing import Any

from optlab.validation.runtime import load


@functools.cache
def replayed_dropout() -> Any:
    """Return the layer class; making it needs tf.keras."""
    runtime = load()
    tf, keras = runtime.tf, runtime.keras

    class ReplayedDropout(keras.layers.Layer):  # type: ignore[misc,name-defined]
        """Keep what `mask` keeps, scaled as `keras.layers.Dropout` scales it."""

        def __init__(self, rate: float, **options: Any) -> None:
            super().__init__(**options)
            self.rate = rate
            self.mask: Any = None

        def call(self, inputs: Any, training: bool = False) -> Any:
            if not training or self.mask is None:
                return inputs
            scale = 1.0 / (1.0 - self.rate) if self.rate < 1 else 0.0
            kept = inputs * tf.constant(scale, inputs.dtype)
            return tf.where(self.mask, kept, tf.zeros_like(inputs))

    return ReplayedDropout
