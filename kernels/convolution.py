r"""Convolutions of images (rows, height, width, channels), and their gradients.

.. math::
    y_{n,h,w,f} = \sum_{i,j,c} x_{n,\,sh+di,\,sw+dj,\,c} \, k_{i,j,c,f}

with stride s and dilation d over x that has its padding around it already. All three
products (the output, the gradient of the kernel, the gradient of the input) are tiles
of `optlab.kernels.tiles`, summed in one order that neither the number of threads nor
the cut into tasks changes; it is not TensorFlow's, which depends on the machine.

A convolution in one dimension is one of height 1. The tables of places are made by
`optlab.layers.convolution`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.jit import kernel
from optlab.kernels.tiles import (
    ADD,
    PACKET_BYTES,
    PACKETS,
    RELU,
    ROWS,
    STORE,
    tile_narrow,
    tile_wide,
)

#: Tiles that share their part of the left operand.
TASK_TILES = 16
#: Rows whose sum is formed before it is added to the gradient of the bias.
SUM_ROWS = 256


@kernel
def multiply(
    a: Any,
    a_block: int,
    a_rows: Any,
    b: Any,
    b_start: int,
    b_block: int,
    b_panel: int,
    levels: Any,
    c: Any,
    c_rows: Any,
    columns: int,
    bias: Any,
    mode: int,
    first: int,
    last: int,
) -> None:
    """Compute the tiles of some rows of a product.

    Parameters
    ----------
    a, b, c : ndarray
        Flat; see `optlab.kernels.tiles`. `b` and `bias` reach to the end of the last
        packet of the columns.
    a_block, b_block : int
        From one block of the sum to the next.
    a_rows, c_rows : ndarray of int64, shape (multiple of ROWS,)
        Where the rows begin.
    b_start, b_panel : int
        Where b begins, and from one of its panels to the next.
    levels : ndarray of int64, shape (blocks, 9)
        The nested sums of each block. The blocks are added in order.
    columns : int
        Of c.
    bias : ndarray
        Not read where `mode` does not ask for it.
    mode : int
        What happens to a finished tile; only `STORE` where there are several blocks.
    first, last : int
        Which tiles, in groups of `ROWS` rows.
    """
    width = PACKETS * PACKET_BYTES // a.itemsize
    lanes = width // PACKETS
    part = np.empty(ROWS * width, a.dtype)
    part_rows = np.arange(ROWS) * width
    panels = (columns + width - 1) // width
    count = levels.shape[0]
    # A group of tiles after the other, so that their part of `a` stays in a cache.
    step = last - first if count > 1 else TASK_TILES
    for start in range(first, last, step):
        stop = min(last, start + step)
        for k in range(count * panels):
            block, column = k // panels, k % panels * width
            b_place = b_start + block * b_block + k % panels * b_panel
            left = min(columns - column, width)
            # A tile that whole packets do not fill is made elsewhere first.
            direct = left == width or left == lanes
            added = block > 0
            out, out_rows, out_column, out_mode = part, part_rows, 0, mode
            if direct:
                out, out_rows, out_column = c, c_rows, column
                if added:
                    out_mode = ADD
            for tile in range(start, stop):
                row = tile * ROWS
                out_row = row if direct else 0
                if left > lanes:
                    tile_wide(
                        a, block * a_block, a_rows, row, b, b_place, levels[block], out,
                        out_rows, out_row, out_column, bias, column, out_mode,
                    )  # fmt: skip
                else:
                    tile_narrow(
                        a, block * a_block, a_rows, row, b, b_place, levels[block], out,
                        out_rows, out_row, out_column, bias, column, out_mode,
                    )  # fmt: skip
                if direct:
                    continue
                for m in range(ROWS):
                    place = c_rows[row + m]
                    if m > 0 and place == c_rows[row + m - 1]:
                        continue
                    place += column
                    for j in range(left):
                        value = part[m * width + j]
                        c[place + j] = c[place + j] + value if added else value


@kernel
def pack(matrix: Any, packed: Any) -> None:
    """Cut a matrix (n, columns) into panels (panels, n, width), zeros behind them."""
    panels, n, width = packed.shape
    columns = matrix.shape[1]
    zero = matrix.dtype.type(0)
    for panel in range(panels):
        first = panel * width
        left = min(columns - first, width)
        for i in range(n):
            for j in range(left):
                packed[panel, i, j] = matrix[i, first + j]
            for j in range(left, width):
                packed[panel, i, j] = zero


@kernel
def pack_transposed(kernel: Any, taps: Any, packed: Any) -> None:
    """Cut the taps of a kernel, each one transposed, into panels.

    Parameters
    ----------
    kernel : ndarray, shape (all taps, channels, filters)
        C-contiguous.
    taps : ndarray of int64, shape (t,)
        Which taps, in this order.
    packed : ndarray, shape (panels, t * filters, width)
        Receives them; columns beyond the channels are 0.
    """
    panels, _, width = packed.shape
    channels, filters = kernel.shape[1:]
    zero = kernel.dtype.type(0)
    for panel in range(panels):
        first = panel * width
        left = min(channels - first, width)
        for t in range(taps.size):
            tap, start = taps[t], t * filters
            for f in range(filters):
                for j in range(left):
                    packed[panel, start + f, j] = kernel[tap, first + j, f]
                for j in range(left, width):
                    packed[panel, start + f, j] = zero


@kernel
def pad(x: Any, out: Any, top: int, left: int) -> None:
    """Copy images into larger ones; what is around them stays as it is.

    Parameters
    ----------
    x : ndarray, shape (images, height, width, channels)
    out : ndarray, shape (images, at least height, width, channels)
    top, left : int
        Where the copies begin.
    """
    images, height, width, channels = x.shape
    for n in range(images):
        for h in range(height):
            for w in range(width):
                for c in range(channels):
                    out[n, top + h, left + w, c] = x[n, h, w, c]


@kernel
def bias_relu(z: Any, bias: Any, mode: int) -> None:
    """Add `bias` to the columns of z, and take max(., 0), as `mode` says."""
    rows, columns = z.shape
    zero = z.dtype.type(0)
    if mode == STORE:
        return
    for i in range(rows):
        for j in range(columns):
            value = z[i, j] + bias[j]
            z[i, j] = zero if mode == RELU and value <= zero else value


@kernel
def relu_gradient(grad: Any, out: Any, relu: bool, sums: Any) -> None:
    """Turn `grad` from dL/dy into dL/dz in place; sum it over the rows.

    Parameters
    ----------
    grad, out : ndarray, shape (rows, columns)
        The gradient and the output.
    relu : bool
        Whether the activation is relu, not linear.
    sums : ndarray, shape (rows / SUM_ROWS rounded up, columns)
        Receives the sums of every SUM_ROWS rows.
    """
    rows, columns = grad.shape
    zero = grad.dtype.type(0)
    for k in range(sums.shape[0]):
        for j in range(columns):
            sums[k, j] = zero
        for i in range(k * SUM_ROWS, min(rows, (k + 1) * SUM_ROWS)):
            if relu:
                for j in range(columns):
                    g = grad[i, j] if out[i, j] > zero else zero
                    grad[i, j] = g
                    sums[k, j] += g
            else:
                for j in range(columns):
                    sums[k, j] += grad[i, j]


@kernel
def add_sums(sums: Any, out: Any) -> None:
    """Add the rows of `sums` in order."""
    for j in range(out.size):
        out[j] = sums[0, j]
    for k in range(1, sums.shape[0]):
        for j in range(out.size):
            out[j] += sums[k, j]
