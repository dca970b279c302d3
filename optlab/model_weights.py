"""All weights of a model: the trained ones in an arena, the others beside it."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.layers.base import Array, Weight
from optlab.losses.arrays import numeric
from optlab.memory import check_room
from optlab.parameters import Parameters, aligned_zeros
from optlab.regularizers import Regularizer


def stream(seed: int | None, name: str) -> np.random.Generator:
    """Return the random numbers that belong to a seed and a name."""
    if seed is None:
        return np.random.default_rng()
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


class ModelWeights:
    """The weights that the layers of a model asked for.

    Parameters
    ----------
    weights : sequence of Weight
        In tf.keras's order.
    dtype : numpy.dtype
        Of them all.

    Attributes
    ----------
    arrays : dict of str to ndarray
        All of them by full name, in order.
    parameters, gradients : Parameters
        The trained ones and their gradients.
    regularized : list of (Regularizer, ndarray, ndarray)
        The trained ones with a penalty: it, the weight and the gradient.
    """

    def __init__(self, weights: Sequence[Weight], dtype: np.dtype[Any]) -> None:
        self._weights = tuple(weights)
        self._dtype = dtype
        self.arrays: dict[str, Array] = {}

    def allocate(self) -> None:
        """Make the arrays for what is trained now, keep all values, tell the layers."""
        before = self.arrays
        trained = [weight for weight in self._weights if weight.trained]
        sizes = [math.prod(weight.shape) for weight in self._weights]
        # Weights and gradients, and the first values of the largest in float64.
        needed = 2 * sum(sizes) * self._dtype.itemsize + 8 * max(sizes, default=0)
        check_room(needed, "The model's weights and their gradients")
        self.parameters = Parameters(
            [weight.shape for weight in trained],
            self._dtype,
            [weight.full_name for weight in trained],
        )
        self.gradients = self.parameters.zeros_like()
        self.arrays = {}
        self.regularized: list[tuple[Regularizer, Array, Array]] = []
        for weight in self._weights:
            name = weight.full_name
            grad = None
            if weight.trained:
                array, grad = self.parameters[name], self.gradients[name]
                if weight.regularizer is not None:
                    self.regularized.append((weight.regularizer, array, grad))
            else:
                flat = aligned_zeros(math.prod(weight.shape), self._dtype)
                array = flat.reshape(weight.shape)
            if name in before:
                array[...] = before[name]
            self.arrays[name] = array
            weight.layer.bind(weight.name, array, grad)

    def not_trained(self) -> list[tuple[str, Array]]:
        """Return moving statistics and frozen weights by name."""
        return [
            (weight.full_name, self.arrays[weight.full_name])
            for weight in self._weights
            if not weight.trained
        ]

    def reset(self, seed: int | None) -> None:
        """Set every weight to its initializer's values.

        Raises
        ------
        InputError
            If an initializer refuses the weight's shape or returns another.
        """
        for weight in self._weights:
            name = weight.full_name
            rng = stream(seed, name)
            try:
                values = np.asarray(weight.initializer(weight.shape, self._dtype, rng))
            except InputError as error:
                raise InputError(f"{error} (For weight {name!r}.)") from error
            if values.shape != weight.shape:
                raise InputError(
                    f"The initializer of {name!r} must return shape {weight.shape}. "
                    f"Received: shape {values.shape}"
                )
            self.arrays[name][...] = values

    def set(self, weights: Sequence[npt.ArrayLike]) -> None:
        """Set all weights, or raise InputError and change nothing."""
        listed = isinstance(weights, Sequence) and not isinstance(weights, (str, bytes))
        if not listed or len(weights) != len(self.arrays):
            received = len(weights) if listed else type(weights).__name__
            raise InputError(
                f"`weights` must be a list of {len(self.arrays)} arrays "
                f"({', '.join(self.arrays)}). Received: {received}"
            )
        names = self.arrays
        new = [numeric(n, weight) for n, weight in zip(names, weights, strict=True)]
        for (name, array), values in zip(self.arrays.items(), new, strict=True):
            if values.shape != array.shape or values.dtype.kind not in "fiub":
                raise InputError(
                    f"The weight {name!r} must be numbers of shape {array.shape}. "
                    f"Received: shape {values.shape}, dtype {values.dtype}"
                )
        for array, values in zip(self.arrays.values(), new, strict=True):
            array[...] = values
