"""Matrix products that do not depend on the number of BLAS threads.

OpenBLAS splits a product among its threads along the summed dimension too when that is
long; then the rounding depends on how many threads there are. Measured with OpenBLAS
0.3.31: sums of up to 256 products never did, of 784 and 2000 did. So longer sums are
cut into blocks here, and the blocks are added in order.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

#: The longest sum that is left to BLAS.
BLOCK = 256

Array = npt.NDArray[Any]


def matmul(a: Array, b: Array, out: Array, scratch: Array) -> None:
    """Write the product of two matrices into `out`.

    Parameters
    ----------
    a : ndarray, shape (m, k)
        Contiguous, or the transpose of a contiguous matrix.
    b : ndarray, shape (k, n)
        Likewise, of the same dtype.
    out : ndarray, shape (m, n)
        C-contiguous, of the same dtype; shares no memory with `a` and `b`.
    scratch : ndarray
        Like `out`, for the blocks; not used where k is at most `BLOCK`.
    """
    # np.dot rather than np.matmul: half a microsecond less for the same BLAS call.
    length = a.shape[1]
    if length <= BLOCK:
        np.dot(a, b, out)
        return
    # np.dot would copy the slices first.
    np.matmul(a[:, :BLOCK], b[:BLOCK], out)
    for start in range(BLOCK, length, BLOCK):
        stop = start + BLOCK
        np.matmul(a[:, start:stop], b[start:stop], scratch)
        np.add(out, scratch, out)
