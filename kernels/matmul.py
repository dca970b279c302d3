"""Matrix products whose bits do not depend on the number of threads.

A BLAS divides a product among its threads as it sees fit, and where it divides decides
which of its inner loops computes an element, and so the rounding. Measured with
OpenBLAS 0.3.31: 58 of 733 products in float64 differ between one thread and two, and
with the loops of an older processor 114 of 767 in float32. So no product is left to the
threads of a BLAS here. A large one is cut into blocks of rows or columns, by its shape
alone; each block is one call of a BLAS that is held to one thread, and Numba's threads,
however many there are, share the blocks.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

from optlab.kernels.blas import gemm, gemm_address, one_blas_thread
from optlab.kernels.floating_point import get_mode, set_mode
from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array

#: Multiplications up to which OpenBLAS itself stays on one thread.
SMALL = 1 << 18
#: Multiplications from which a product has two, four, eight blocks. Two blocks of a
#: product of 2**22 take 0.7 of the time on two threads, 1.0 to 1.1 of it on one; more
#: blocks pack their operands more often, and four took 1.1 to 1.3 on one thread
#: (benchmarks/bench_matmul.py).
TWO, FOUR, EIGHT = 1 << 22, 1 << 26, 1 << 29
#: Blocks begin at multiples of this, which the inner loops of BLAS divide evenly.
ALIGNED = 32


def matmul(a: Array, b: Array, out: Array) -> None:
    """Write the product of two matrices into `out`.

    Parameters
    ----------
    a : ndarray, shape (m, k)
        Contiguous, or the transpose of a contiguous matrix.
    b : ndarray, shape (k, n)
        Likewise, of the same dtype.
    out : ndarray, shape (m, n)
        C-contiguous, of the same dtype; shares no memory with `a` and `b`.

    Notes
    -----
    Many products are best made inside `optlab.kernels.blas.one_blas_thread`, which
    otherwise is entered for each.
    """
    m, n = out.shape
    k = a.shape[1]
    work = m * n * k
    if work <= SMALL:
        # np.dot rather than np.matmul: half a microsecond less for the same BLAS call.
        np.dot(a, b, out)
    elif not one_blas_thread.asked:
        with one_blas_thread:
            matmul(a, b, out)
    elif work < TWO:
        np.dot(a, b, out)
    else:
        _large(a, b, out, m, n, k)


def blocks(m: int, n: int, k: int) -> tuple[int, int, bool]:
    """Return the number of blocks, the rows or columns of one, and whether rows."""
    rows = m >= n
    length = m if rows else n
    count = 1 << sum(m * n * k >= limit for limit in (TWO, FOUR, EIGHT))
    size = -(-length // (count * ALIGNED)) * ALIGNED
    return -(-length // size), size, rows


def _large(a: Array, b: Array, out: Array, m: int, n: int, k: int) -> None:
    """Write the product block by block."""
    count, size, rows = blocks(m, n, k)
    run = _parallel if count > 1 and numba.get_num_threads() > 1 else _serial
    run(
        count,
        gemm_address(out.dtype),
        out.dtype.type(1),
        np.array([m, n, k, size, rows, out.itemsize], np.int64),
        np.array([a.ctypes.data, b.ctypes.data, out.ctypes.data], np.int64),
        not a.flags.c_contiguous,
        not b.flags.c_contiguous,
    )


@kernel(inline="always")
def _block(
    block: int,
    mode: int,
    function: int,
    one: Any,
    sizes: Array,
    addresses: Array,
    flip_a: bool,
    flip_b: bool,
) -> None:
    """Write one block by one call of BLAS, in the floating-point mode of the caller."""
    m, n, k, size, by_rows, item = sizes
    a, b, c = addresses
    start = block * size
    rows, columns = m, n
    if by_rows:
        rows = min(size, m - start)
        a += start * item * (1 if flip_a else k)
        c += start * item * n
    else:
        columns = min(size, n - start)
        b += start * item * (k if flip_b else 1)
        c += start * item
    lda = m if flip_a else k
    ldb = k if flip_b else n
    before = get_mode()
    set_mode(mode)
    # A row-major matrix is the transpose of a column-major one: out.T = b.T @ a.T.
    gemm(function, flip_b, flip_a, columns, rows, k, one, b, ldb, a, lda, c, n)
    set_mode(before)


@kernel
def _serial(
    count: int,
    function: int,
    one: Any,
    sizes: Array,
    addresses: Array,
    flip_a: bool,
    flip_b: bool,
) -> None:
    """Write all blocks in this thread."""
    mode = get_mode()
    for block in range(count):
        _block(block, mode, function, one, sizes, addresses, flip_a, flip_b)


@kernel(parallel=True)
def _parallel(
    count: int,
    function: int,
    one: Any,
    sizes: Array,
    addresses: Array,
    flip_a: bool,
    flip_b: bool,
) -> None:
    """Write all blocks, shared among Numba's threads."""
    mode = get_mode()
    for block in numba.prange(count):
        _block(block, mode, function, one, sizes, addresses, flip_a, flip_b)
