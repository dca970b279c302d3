"""Embedding: rows of a table by index, and their gradients added up in order."""

from __future__ import annotations

from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array


@kernel
def forward(x: Array, table: Array, indices: Array, out: Array) -> int:
    """Copy a row of the table for each index.

    Parameters
    ----------
    x : ndarray, shape (n,)
        The indices, as floating-point numbers.
    table : ndarray, shape (m, d)
    indices : ndarray of int64, shape (n,)
        Receives the indices.
    out : ndarray, shape (n, d)
        Receives the rows.

    Returns
    -------
    int
        The place of the first index outside the table, before which it stops; or -1.
    """
    rows, length = table.shape
    for i in range(x.size):
        if not (x[i] >= 0 and x[i] < rows):
            return i
        index = int(x[i])
        indices[i] = index
        for j in range(length):
            out[i, j] = table[index, j]
    return -1


@kernel
def backward(grad: Array, indices: Array, table_grad: Array) -> None:
    """Set `table_grad`, shape (m, d), to the sums of the rows of `grad` by index."""
    flat = table_grad.reshape(-1)
    zero = grad.dtype.type(0)
    for k in range(flat.size):
        flat[k] = zero
    for i in range(indices.size):
        index = indices[i]
        for j in range(grad.shape[1]):
            table_grad[index, j] += grad[i, j]
