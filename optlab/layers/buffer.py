"""Memory that a layer keeps between batches."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab.memory import check_room
from optlab.parameters import aligned_zeros
from optlab.typing import Array


class Buffer:
    """An array that grows to the largest number of rows asked for.

    Parameters
    ----------
    shape : tuple of int
        One row's.
    dtype : numpy.dtype
        Of the entries.
    """

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self._shape = shape
        self._size = math.prod(shape)
        self._flat = aligned_zeros(0, dtype)

    def rows(self, rows: int) -> Array:
        """Return the first rows, C-contiguous; they keep their place between calls.

        Raises
        ------
        InputError
            If the memory left does not suffice.
        """
        size = rows * self._size
        if size > self._flat.size:
            check_room(size * self._flat.itemsize, "Its arrays")
            self._flat = aligned_zeros(size, self._flat.dtype)
        return self._flat[:size].reshape(rows, *self._shape)
