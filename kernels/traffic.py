"""The traffic of an optimizer's step without its arithmetic: what memory allows.

Every element of the gradient is read, every element of the parameter and of each slot
is read and written, once. What is written is what was there: `nothing` is 0, which the
compiler cannot know, so it must load and store. The loops are written apart from those
of `optlab.kernels.fuse`, so that a limit never profits or suffers from their details.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array


@kernel(parallel=True)
def traffic_0(nothing: Any, grad: Array, param: Array) -> None:
    """Read the gradient, read and write one array."""
    for i in numba.prange(grad.size):
        param[i] += grad[i] * nothing


@kernel(parallel=True)
def traffic_1(nothing: Any, grad: Array, param: Array, a: Array) -> None:
    """Read the gradient, read and write two arrays."""
    for i in numba.prange(grad.size):
        g = grad[i] * nothing
        param[i] += g
        a[i] += g


@kernel(parallel=True)
def traffic_2(nothing: Any, grad: Array, param: Array, a: Array, b: Array) -> None:
    """Read the gradient, read and write three arrays."""
    for i in numba.prange(grad.size):
        g = grad[i] * nothing
        param[i] += g
        a[i] += g
        b[i] += g


@kernel(parallel=True)
def traffic_3(
    nothing: Any, grad: Array, param: Array, a: Array, b: Array, c: Array
) -> None:
    """Read the gradient, read and write four arrays."""
    for i in numba.prange(grad.size):
        g = grad[i] * nothing
        param[i] += g
        a[i] += g
        b[i] += g
        c[i] += g


@kernel
def traffic_serial(nothing: Any, grad: Array, arrays: tuple[Array, ...]) -> None:
    """Read the gradient, read and write each array, in this thread."""
    for array in arrays:
        for i in range(grad.size):
            array[i] += grad[i] * nothing


#: The parallel loop by the number of slots.
TRAFFIC: dict[int, Callable[..., None]] = {
    0: traffic_0,
    1: traffic_1,
    2: traffic_2,
    3: traffic_3,
}
