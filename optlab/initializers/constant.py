"""First values that are not random."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.initializers.base import Array, Initializer, Shape
from optlab.lookup import number
from optlab.losses.arrays import numeric


class Zeros(Initializer):
    """All zeros. In a kernel it makes all units of a layer equal for ever."""

    def __init__(self) -> None:
        super().__init__()

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return np.zeros(shape)


class Ones(Initializer):
    """All ones."""

    def __init__(self) -> None:
        super().__init__()

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        return np.ones(shape)


class Constant(Initializer):
    """One value everywhere, or an array that is repeated to the shape.

    Parameters
    ----------
    value : float or array_like
        The value.
    """

    def __init__(self, value: npt.ArrayLike = 0.0) -> None:
        super().__init__()
        self.value: float | Array
        found = numeric("value", value)
        if found.ndim == 0:
            self.value = number("value", value)
        else:
            self.value = found.astype(np.float64)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        try:
            return np.broadcast_to(self.value, shape)
        except ValueError:
            raise InputError(
                f"The value of the initializer has shape {np.shape(self.value)}, "
                f"which does not fit the weight's shape {shape}."
            ) from None


class Identity(Initializer):
    """The identity matrix times a gain, for two-dimensional weights.

    Parameters
    ----------
    gain : float
        The value on the diagonal.
    """

    def __init__(self, gain: float = 1.0) -> None:
        super().__init__()
        self.gain = number("gain", gain)

    def _draw(self, shape: Shape, rng: np.random.Generator) -> Array:
        if len(shape) != 2:
            raise InputError(
                f"`Identity` needs a weight of two dimensions. Received: shape={shape}"
            )
        return self.gain * np.eye(*shape)
