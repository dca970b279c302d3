r"""Matrix products of many models at once, the model in the last axis.

.. math:: c_{ijl} = \sum_k a_{ikl} \, b_{kjl}

for lane l. All three products of a dense layer are this one with other strides, and
where every model sees the same rows, a has no lanes. They take the rows in blocks, so
that what a block needs stays in the innermost cache.

Each sum runs over k in order, in one accumulator, with one rounding a term (a fused
multiply-add, as in BLAS), whatever the tile, the block, the other lanes and the
processor: so a lane's bits depend on that lane alone.
"""

from __future__ import annotations

from typing import Any

from numba.extending import overload

from optlab.kernels.jit import kernel
from optlab.kernels.lockstep.tiles import LANE_BYTES, TILE, tile
from optlab.kernels.typing import Array
from optlab.kernels.wide import widest

_FULL = tile(TILE.rows, TILE.columns)
_WIDE = tile(1, TILE.columns)
_TALL = tile(TILE.tall, 1)
_ONE = tile(1, 1)


def lanes(itemsize: int) -> int:
    """Return how many models advance together: 16 in float32, 8 in float64."""
    return LANE_BYTES // itemsize


def _lanes_of(array: Array) -> int:
    """Return the lanes of an array's dtype, a constant of the compiled code."""
    return lanes(array.dtype.itemsize)


@overload(_lanes_of, strict=False, jit_options={"forceinline": True})
def _constant_lanes(array: Any) -> Any:
    width = lanes(array.dtype.bitwidth // 8)
    return lambda array: width


@kernel(forceinline=True)
def _product(
    a: Array,
    b: Array,
    c: Array,
    at: tuple[int, int, int],
    size: tuple[int, int, int],
    steps: tuple[int, ...],
    more: bool,
) -> None:
    """Cover c with tiles.

    Parameters
    ----------
    at : (int, int, int)
        Where a, b and c begin.
    size : (int, int, int)
        The number of i, j and k.
    steps : tuple of int
        Of a by i and k, of b by k and j, of c by i and j.
    more : bool
        Whether the sums go on from what c holds.
    """
    rows, columns, count = size
    j = 0
    while j + TILE.columns <= columns:
        at_b, at_c = at[1] + j * steps[3], at[2] + j * steps[5]
        i = 0
        while i + TILE.rows <= rows:
            place = (at[0] + i * steps[0], at_b, at_c + i * steps[4])
            _FULL(a, b, c, place, steps, count, more)
            i += TILE.rows
        while i < rows:
            place = (at[0] + i * steps[0], at_b, at_c + i * steps[4])
            _WIDE(a, b, c, place, steps, count, more)
            i += 1
        j += TILE.columns
    while j < columns:
        at_b, at_c = at[1] + j * steps[3], at[2] + j * steps[5]
        i = 0
        while i + TILE.tall <= rows:
            place = (at[0] + i * steps[0], at_b, at_c + i * steps[4])
            _TALL(a, b, c, place, steps, count, more)
            i += TILE.tall
        while i < rows:
            place = (at[0] + i * steps[0], at_b, at_c + i * steps[4])
            _ONE(a, b, c, place, steps, count, more)
            i += 1
        j += 1


@kernel
def multiply(
    x: Array, first: int, w: Array, z: Array, first_of_z: int, count: int
) -> None:
    """Put x w into z, for some of the rows.

    Parameters
    ----------
    x : ndarray, shape (rows, inputs) or (rows, inputs, lanes)
    first : int
        The first of the rows of x.
    w : ndarray, shape (inputs, units, lanes)
    z : ndarray, shape (rows, units, lanes)
    first_of_z : int
        Where the first of the sums go.
    count : int
        So many rows.
    """
    inputs, units = w.shape[:2]
    width = _lanes_of(z)
    step = 1 if x.ndim == 2 else width
    at = (first * inputs * step, 0, first_of_z * units * width)
    steps = (inputs * step, step, units * width, width, units * width, width)
    _product(x, w, z, at, (count, units, inputs), steps, False)


@kernel
def weight_gradient(
    x: Array, first: int, grad: Array, first_of_grad: int, w_grad: Array, count: int
) -> None:
    """Add to w_grad the sum over some of the rows of x times grad."""
    inputs, units = w_grad.shape[:2]
    width = _lanes_of(grad)
    step = 1 if x.ndim == 2 else width
    at = (first * inputs * step, first_of_grad * units * width, 0)
    steps = (step, inputs * step, units * width, width, units * width, width)
    _product(x, grad, w_grad, at, (inputs, units, count), steps, True)


@kernel
def input_gradient(
    grad: Array, first: int, w: Array, x_grad: Array, count: int
) -> None:
    """Put grad times w transposed into the first rows of x_grad."""
    inputs, units = w.shape[:2]
    width = _lanes_of(grad)
    at = (first * units * width, 0, 0)
    steps = (units * width, width, width, units * width, inputs * width, width)
    _product(grad, w, x_grad, at, (count, inputs, units), steps, False)


@kernel
def add_bias(z: Array, bias: Array) -> None:
    """Add a bias, all its units and lanes in one row, to each row of z."""
    widest()
    rows, wide = z.shape
    for r in range(rows):
        for j in range(wide):
            z[r, j] += bias[j]


@kernel
def bias_gradient(grad: Array, bias_grad: Array) -> None:
    """Add to bias_grad the sum over the rows of grad, in order."""
    widest()
    rows, wide = grad.shape
    for r in range(rows):
        for j in range(wide):
            bias_grad[j] += grad[r, j]
