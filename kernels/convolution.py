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
from numba import prange

from optlab.kernels.floating_point import flush_on, restore
from optlab.kernels.jit import kernel
from optlab.kernels.packets import PACKET_BYTES
from optlab.kernels.tiles import ADD, PACKETS, ROWS, STORE, tile_narrow, tile_wide

#: Rows of one task of `activation_gradient`.
TASK_ROWS = 256


@kernel(inline="always")
def panel_width(like: Any) -> int:
    """Return the columns of a panel."""
    return PACKETS * PACKET_BYTES // like.itemsize


@kernel
def _tiles(
    a: Any,
    a_start: int,
    a_rows: Any,
    first: int,
    last: int,
    b: Any,
    b_start: int,
    b_panel: int,
    levels: Any,
    c: Any,
    c_rows: Any,
    columns: int,
    bias: Any,
    mode: int,
) -> None:
    """Compute the tiles of the rows from `first` up to `last` in all panels.

    Parameters
    ----------
    b_panel : int
        From one panel of `b` to the next.
    columns : int
        Of c. `b` and `bias` reach to the end of the last panel's last packet.
    """
    width = panel_width(a)
    lanes = width // PACKETS
    part = np.empty(ROWS * width, a.dtype)
    part_rows = np.arange(ROWS) * width
    for panel in range((columns + width - 1) // width):
        column = panel * width
        b_place = b_start + panel * b_panel
        left = min(columns - column, width)
        # A tile that is not filled by whole packets is made elsewhere first.
        direct = left == width or left == lanes
        out, out_rows, out_column, out_mode = part, part_rows, 0, mode
        if direct:
            out, out_rows, out_column = c, c_rows, column
        elif mode == ADD:
            out_mode = STORE
        for row in range(first, last, ROWS):
            out_row = row if direct else 0
            if left > lanes:
                tile_wide(
                    a, a_start, a_rows, row, b, b_place, levels, out, out_rows, out_row,
                    out_column, bias, column, out_mode,
                )  # fmt: skip
            else:
                tile_narrow(
                    a, a_start, a_rows, row, b, b_place, levels, out, out_rows, out_row,
                    out_column, bias, column, out_mode,
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
                    c[place + j] = c[place + j] + value if mode == ADD else value


@kernel
def _task(
    a: Any,
    a_block: int,
    a_rows: Any,
    first: int,
    last: int,
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
) -> None:
    """Compute some rows, one block of the sum after the other."""
    blocks = levels.shape[0]
    for i in range(blocks):
        _tiles(
            a, i * a_block, a_rows, first, last, b, b_start + i * b_block, b_panel,
            levels[i], c, c_rows, columns, bias, mode if i == 0 else ADD,
        )  # fmt: skip


@kernel(parallel=True)
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
    tasks: int,
    parallel: bool,
) -> None:
    """Compute all tiles of a product.

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
    tasks : int
        Into how many parts the rows are cut.
    parallel : bool
        Whether to use several threads.
    """
    tiles = a_rows.size // ROWS
    if not parallel:
        for task in range(tasks):
            _task(
                a, a_block, a_rows, tiles * task // tasks * ROWS,
                tiles * (task + 1) // tasks * ROWS, b, b_start, b_block, b_panel,
                levels, c, c_rows, columns, bias, mode,
            )  # fmt: skip
        return
    mode_of_caller = flush_on()
    restore(mode_of_caller)
    for task in prange(tasks):
        before = flush_on()
        restore(mode_of_caller)
        _task(
            a, a_block, a_rows, tiles * task // tasks * ROWS,
            tiles * (task + 1) // tasks * ROWS, b, b_start, b_block, b_panel, levels, c,
            c_rows, columns, bias, mode,
        )  # fmt: skip
        restore(before)


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
def _gradient_rows(grad: Any, out: Any, relu: bool, sums: Any, task: int) -> None:
    """Take one task's rows through relu, and sum them."""
    rows, columns = grad.shape
    zero = grad.dtype.type(0)
    for j in range(columns):
        sums[task, j] = zero
    for i in range(task * TASK_ROWS, min(rows, (task + 1) * TASK_ROWS)):
        if relu:
            for j in range(columns):
                g = grad[i, j] if out[i, j] > zero else zero
                grad[i, j] = g
                sums[task, j] += g
        else:
            for j in range(columns):
                sums[task, j] += grad[i, j]


@kernel(parallel=True)
def relu_gradient(
    grad: Any, out: Any, relu: bool, sums: Any, bias_grad: Any, parallel: bool
) -> None:
    """Turn `grad` from dL/dy into dL/dz in place; sum it over the rows.

    Parameters
    ----------
    grad, out : ndarray, shape (rows, columns)
        The gradient and the output.
    relu : bool
        Whether the activation is relu, not linear.
    sums : ndarray, shape (at least rows / TASK_ROWS rounded up, columns)
        Scratch space for the sums of the tasks, which are added in order.
    bias_grad : ndarray, shape (columns,)
        Receives the sum.
    parallel : bool
        Whether to use several threads.
    """
    tasks = (grad.shape[0] + TASK_ROWS - 1) // TASK_ROWS
    if parallel:
        for task in prange(tasks):
            _gradient_rows(grad, out, relu, sums, task)
    else:
        for task in range(tasks):
            _gradient_rows(grad, out, relu, sums, task)
    for j in range(bias_grad.size):
        bias_grad[j] = sums[0, j]
    for task in range(1, tasks):
        for j in range(bias_grad.size):
            bias_grad[j] += sums[task, j]
