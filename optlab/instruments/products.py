"""Matrix products with an axis of vectors in front, and arrays that are used again.

Where a product is small NumPy makes all of them in one call; a large one goes vector by
vector through `optlab.kernels.matmul`, whose bits do not depend on the threads.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.matmul import SMALL, matmul
from optlab.typing import Array


class Rooms:
    """Arrays by name, made anew only where shape or dtype change."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def __call__(self, name: str, shape: tuple[int, ...], dtype: Any) -> Array:
        """Return an array whose values are whatever they were."""
        found = self._arrays.get(name)
        if found is None or found.shape != shape or found.dtype != dtype:
            found = self._arrays[name] = np.empty(shape, dtype)
        return found


def joint(a: Array) -> Array:
    """Return a contiguous (vectors, rows, columns) as one tall matrix."""
    return a.reshape(-1, a.shape[-1])


def multiply(a: Array, b: Array, out: Array) -> None:
    """Write the product of two matrices into `out`."""
    if a.shape[0] * a.shape[1] * b.shape[1] <= SMALL:
        np.dot(a, b, out)
    else:
        matmul(a, b, out)


def each(a: Array, b: Array, out: Array) -> None:
    """Write the products for each vector; `a` or `b` is one matrix for all of them."""
    if a.shape[-2] * a.shape[-1] * b.shape[-1] <= SMALL and len(out) > 1:
        np.matmul(a, b, out=out)
        return
    for k in range(len(out)):
        multiply(a if a.ndim == 2 else a[k], b if b.ndim == 2 else b[k], out[k])
