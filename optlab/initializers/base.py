"""What every initializer has: a seed of its own or a generator from outside."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.lookup import checked_seed, construct
from optlab.typing import Array as Array

Shape = tuple[int, ...]


class Initializer:
    """Base class: call an instance for an array of first values."""

    def __init__(self, seed: int | None = None) -> None:
        self.seed = checked_seed(seed)

    def __call__(
        self,
        shape: Shape,
        dtype: npt.DTypeLike = "float32",
        rng: np.random.Generator | None = None,
    ) -> Array:
        """Return a new array of first values.

        Parameters
        ----------
        shape : tuple of int
            Its shape; (inputs, units) for the kernel of a dense layer.
        dtype : {"float32", "float64"}
            Its dtype. Values are drawn in float64 and rounded, so both dtypes start
            from the same place.
        rng : numpy.random.Generator, optional
            Where to draw from if the instance has no seed of its own.
        """
        if self.seed is not None or rng is None:
            rng = np.random.default_rng(self.seed)
        return np.array(self._draw(tuple(shape), rng), dtype, order="C")

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        """Return the values in float64."""
        raise NotImplementedError

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, as tf.keras names them."""
        names = [name for name in inspect.signature(type(self)).parameters]
        config = {name: getattr(self, name) for name in names}
        return {
            name: value.tolist() if isinstance(value, np.ndarray) else value
            for name, value in config.items()
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Initializer:
        """Make an instance from `get_config`'s result, tf.keras's own included."""
        made: Initializer = construct("initializer", cls.__name__, cls, config)
        return made

    def __repr__(self) -> str:
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"
