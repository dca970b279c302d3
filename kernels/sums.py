r"""Sums in TensorFlow's order, which no number of threads changes.

Rounding makes a sum depend on its order. TensorFlow on a CPU sums a flat array as a
binary tree over leaves of at most 1024 packets (`optlab.kernels.packets`), P = 8 values
to a packet in float32 and 4 in float64:

.. math:: S(f, n) = S(f, l) + S(f + l, n - l), \qquad
          l = P \lceil (f + \lceil n / 2 \rceil) / P \rceil - f

where f is the place of the first value in the array. Along the last axis each row is
such a tree, f counted from the start of the whole array. Along the axis before it, the
packets of outputs keep four accumulators (row i goes to i mod 4) once there are 16 rows
or more; outputs outside whole packets are added in order.

TensorFlow itself cuts arrays of about 112,000 float32 (56,000 float64) values and more
into shards when it has several intra-op threads; this is its order with one thread.
torch and NumPy sum in other orders again.

Every function keeps the caller's floating-point mode, in worker threads too.

References
----------
Eigen, unsupported/Eigen/CXX11/src/Tensor/TensorReduction.h.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import prange

from optlab.kernels.floating_point import flush_on, restore
from optlab.kernels.jit import kernel
from optlab.kernels.packets import PACKET_BYTES, STREAMS, sum_leaf, sum_squares_leaf
from optlab.kernels.typing import Array

#: Packets in the longest leaf.
LEAF_PACKETS = 1024
#: Subtrees handed to the threads, a power of two.
SUBTREES = 64
#: Bytes from which threads pay: the tree is then split above all the subtrees.
PARALLEL_BYTES = 4 * SUBTREES * LEAF_PACKETS * PACKET_BYTES
#: Levels of a tree over as many values as memory could hold.
_DEEPEST = 64
#: Rows from which a column is summed in four streams.
_STREAM_ROWS = 16


@kernel
def _left_count(first: int, count: int, lanes: int) -> int:
    """Return how many of `count` values from `first` on go to the left subtree."""
    middle = first + (count + 1) // 2
    return (middle + lanes - 1) // lanes * lanes - first


@kernel
def _leaf(x: Array, first: int, count: int, square: bool) -> Any:
    """Sum one leaf of the tree."""
    if square:
        return sum_squares_leaf(x, first, count)
    return sum_leaf(x, first, count)


@kernel
def sum_range(x: Array, first: int, count: int, square: bool) -> Any:
    """Sum ``x[first:first + count]``, or its squares, as one tree (for use in kernels).

    Parameters
    ----------
    x : ndarray, shape (n,)
        Contiguous.
    first, count : int
        The range; where it starts in `x` matters to the order.
    square : bool
        Whether to sum the rounded squares.
    """
    lanes = PACKET_BYTES // x.itemsize
    if count <= LEAF_PACKETS * lanes:
        return _leaf(x, first, count, square)
    # Descend to the left and remember what waits on the right. Recursion would read
    # better, but Numba 0.68 crashes on loading a cached caller of a recursive kernel.
    starts = np.empty(_DEEPEST, np.int64)
    counts = np.empty(_DEEPEST, np.int64)
    left_sums = np.empty(_DEEPEST, x.dtype)
    left_done = np.empty(_DEEPEST, np.bool_)
    depth = 0
    while True:
        while count > LEAF_PACKETS * lanes:
            left = _left_count(first, count, lanes)
            starts[depth], counts[depth] = first + left, count - left
            left_done[depth] = False
            depth += 1
            count = left
        total = _leaf(x, first, count, square)
        while depth > 0 and left_done[depth - 1]:
            depth -= 1
            total = left_sums[depth] + total
        if depth == 0:
            return total
        left_sums[depth - 1], left_done[depth - 1] = total, True
        first, count = starts[depth - 1], counts[depth - 1]


@kernel(parallel=True)
def _sum_parallel(x: Array, square: bool) -> Any:
    """Sum a long array: the same tree, its lower part in as many threads as there are.

    ``x.nbytes`` must be at least `PARALLEL_BYTES`.
    """
    lanes = PACKET_BYTES // x.itemsize
    starts = np.zeros(SUBTREES + 1, np.int64)
    starts[SUBTREES] = x.size
    step = SUBTREES
    while step > 1:
        for k in range(0, SUBTREES, step):
            count = starts[k + step] - starts[k]
            starts[k + step // 2] = starts[k] + _left_count(starts[k], count, lanes)
        step //= 2
    partial = np.empty(SUBTREES, x.dtype)
    mode = flush_on()
    restore(mode)
    for k in prange(SUBTREES):
        before = flush_on()
        restore(mode)
        partial[k] = sum_range(x, starts[k], starts[k + 1] - starts[k], square)
        restore(before)
    step = 1
    while step < SUBTREES:
        for k in range(0, SUBTREES, 2 * step):
            partial[k] = partial[k] + partial[k + step]
        step *= 2
    return partial[0]


def sum_eigen(x: Array) -> Any:
    """Return the sum of all values, bit for bit ``tf.reduce_sum(x)``.

    Parameters
    ----------
    x : ndarray of float32 or float64, any shape
        C-contiguous; otherwise it is copied.

    Returns
    -------
    scalar of the dtype of `x`

    Notes
    -----
    Subnormals are flushed where the caller's mode flushes, as TensorFlow's does: see
    `optlab.kernels.floating_point.flush_subnormals`.
    """
    flat = x.reshape(-1)
    if flat.nbytes >= PARALLEL_BYTES:
        return x.dtype.type(_sum_parallel(flat, False))
    return x.dtype.type(sum_range(flat, 0, flat.size, False))


def sum_of_squares_eigen(x: Array) -> Any:
    """Return the sum of the rounded squares: ``tf.reduce_sum(tf.square(x))``.

    Parameters
    ----------
    x : ndarray of float32 or float64, any shape
        C-contiguous; otherwise it is copied.

    Returns
    -------
    scalar of the dtype of `x`
    """
    flat = x.reshape(-1)
    if flat.nbytes >= PARALLEL_BYTES:
        return x.dtype.type(_sum_parallel(flat, True))
    return x.dtype.type(sum_range(flat, 0, flat.size, True))


def norm_eigen(x: Array) -> Any:
    """Return the Euclidean norm, bit for bit ``tf.norm(x)``.

    Parameters
    ----------
    x : ndarray of float32 or float64, any shape
        C-contiguous; otherwise it is copied.

    Returns
    -------
    scalar of the dtype of `x`
    """
    return np.sqrt(sum_of_squares_eigen(x))


@kernel
def sum_rows(x: Array, square: bool, out: Array) -> None:
    """Sum along the last axis: ``tf.reduce_sum(x, axis=-1)``.

    Parameters
    ----------
    x : ndarray, shape (rows, columns)
        Contiguous. An array of more axes is passed with its leading axes flattened.
    square : bool
        Whether to sum the rounded squares.
    out : ndarray, shape (rows,)
        Receives the sums.
    """
    rows, columns = x.shape
    flat = x.reshape(-1)
    if columns <= LEAF_PACKETS * (PACKET_BYTES // x.itemsize):
        # Inlined, because a call would take most of the time of a short row.
        for i in range(rows):
            out[i] = _leaf(flat, i * columns, columns, square)
        return
    for i in range(rows):
        out[i] = sum_range(flat, i * columns, columns, square)


@kernel
def _sum_in_order(column: Array, square: bool) -> Any:
    """Sum a strided vector, or its squares, in order."""
    total = column.dtype.type(0)
    for value in column:
        total += value * value if square else value
    return total


@kernel
def sum_columns(x: Array, square: bool, work: Array, out: Array) -> None:
    """Sum along the axis before the last: ``tf.reduce_sum(x, axis=-2)``.

    Parameters
    ----------
    x : ndarray, shape (blocks, rows, columns)
        Contiguous; a matrix is passed as one block.
    square : bool
        Whether to sum the rounded squares.
    work : ndarray, shape (4, columns)
        Scratch space of the dtype of `x`.
    out : ndarray, shape (blocks, columns)
        Receives the sums.
    """
    blocks, rows, columns = x.shape
    lanes = PACKET_BYTES // x.itemsize
    streams = STREAMS if rows >= _STREAM_ROWS else 1
    whole = rows // streams * streams
    for b in range(blocks):
        work[:] = 0
        for i in range(whole):
            line = work[i % streams]
            row = x[b, i]
            if square:
                for k in range(columns):
                    line[k] += row[k] * row[k]
            else:
                for k in range(columns):
                    line[k] += row[k]
        total = out[b]
        for k in range(columns):
            total[k] = work[0, k]
        for j in range(1, streams):
            for k in range(columns):
                total[k] += work[j, k]
        for i in range(whole, rows):
            row = x[b, i]
            for k in range(columns):
                total[k] += row[k] * row[k] if square else row[k]
    if streams == 1:
        return
    for group in range(0, blocks * columns, lanes):
        last = group + lanes
        if last <= blocks * columns and group % columns + lanes <= columns:
            continue
        for place in range(group, min(last, blocks * columns)):
            b, k = place // columns, place % columns
            out[b, k] = _sum_in_order(x[b, :, k], square)


def sum_axis_eigen(x: Array, axis: int, square: bool = False) -> Array:
    """Sum along one of the last two axes as TensorFlow does.

    ``tf.reduce_mean`` is this divided by the length of the axis.

    Parameters
    ----------
    x : ndarray of float32 or float64, at least 1-D
        C-contiguous; otherwise it is copied.
    axis : int
        -1 or -2, or the same axis counted from the front.
    square : bool
        Whether to sum the rounded squares.

    Returns
    -------
    ndarray
        The shape of `x` without `axis`.

    Raises
    ------
    ValueError
        If `axis` is not one of the last two axes of `x`.
    """
    place = axis - x.ndim if axis >= 0 else axis
    if place not in (-1, -2) or -place > x.ndim:
        raise ValueError(
            f"`axis` must be one of the last two axes. Received: axis={axis} for an "
            f"array of shape {x.shape}"
        )
    x = np.ascontiguousarray(x)
    columns = x.shape[-1]
    if place == -1 or columns == 1:  # TensorFlow drops axes of length 1
        shape = x.shape[:-1] if place == -1 else (*x.shape[:-2], 1)
        out = np.empty(shape, x.dtype)
        sum_rows(x.reshape(out.size, x.shape[place]), square, out.reshape(-1))
        return out
    out = np.empty((*x.shape[:-2], columns), x.dtype)
    blocks = out.size // columns if columns else 0
    work = np.empty((STREAMS, columns), x.dtype)
    sum_columns(
        x.reshape(blocks, x.shape[-2], columns),
        square,
        work,
        out.reshape(blocks, columns),
    )
    return out


@kernel
def _max_abs_bits(bits: Array, magnitude: Any) -> Any:
    """Return the largest integer once the sign bit is masked off."""
    largest = bits.dtype.type(0)
    for i in range(bits.size):
        value = bits.dtype.type(bits[i] & magnitude)
        largest = value if value > largest else largest
    return largest


def max_abs(x: Array) -> Any:
    """Return the largest absolute value; NaN if there is one, 0 of an empty array.

    Without their sign, floats are ordered as their bits are when read as integers, with
    NaN above infinity: an integer maximum is exact and runs in vector instructions.

    Parameters
    ----------
    x : ndarray of float32 or float64, any shape
        C-contiguous; otherwise it is copied.

    Returns
    -------
    scalar of the dtype of `x`
    """
    integer = np.uint32 if x.dtype == np.float32 else np.uint64
    bits = x.reshape(-1).view(integer)
    magnitude = integer(np.iinfo(integer).max >> 1)
    return integer(_max_abs_bits(bits, magnitude)).view(x.dtype)
