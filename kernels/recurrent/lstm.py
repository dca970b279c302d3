r"""Long short-term memory.

.. math::
    i, f, o = \sigma(z_{i,f,o}), \quad g = \phi(z_g), \quad
    c_t = f c_{t-1} + i g, \quad h_t = o \, \phi(c_t), \quad
    z = x_t W + h_{t-1} U + b

in tf.keras's order of gates: i, f, g, o (torch's is the same, and it has two biases).

Hochreiter and Schmidhuber (1997), "Long short-term memory"; the forget gate is of Gers,
Schmidhuber and Cummins (2000), "Learning to forget".
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.jit import kernel
from optlab.kernels.recurrent.common import (
    BLOCK,
    activate,
    is_masked,
    slope,
    times_kernel,
    times_transpose,
)
from optlab.kernels.typing import Array


@kernel
def forward_block(
    start: int,
    function: int,
    codes: Any,
    flags: Any,
    z: Array,
    weights: Array,
    bias: Array,
    mask: Array,
    dropped: Array,
    before: Array,
    cells: Array,
    squashed: Array,
    h: Array,
    scratch: Array,
    product: Array,
    out: Array,
) -> None:
    """Take one block of rows through all steps.

    Parameters
    ----------
    start : int
        The block's first row.
    function : int
        See `optlab.kernels.blas.gemm_address`.
    codes : tuple of int
        Of the activation and the recurrent activation.
    flags : tuple of bool
        ``backwards`` and ``zeros``.
    z : ndarray, shape (rows, steps, 4, u)
        x W; receives the activated gates.
    weights, bias : ndarray, shapes (u, 4 u) and (4, u)
        U and b.
    mask, dropped : ndarray
        See `optlab.kernels.recurrent`.
    before : ndarray, shape (rows, steps, u)
        Receives the states before each time.
    cells, squashed : ndarray, shape (rows, steps, 1, u)
        Receive c and its activation.
    h : ndarray, shape (rows, u)
        Receives the last states.
    scratch, product : ndarray, shapes (rows, u) and (rows, 4, u)
        Working space.
    out : ndarray, shape (rows, steps, u), or of size 0
        Receives the outputs of all steps.
    """
    rows, steps, _, u = z.shape
    stop = min(start + BLOCK, rows)
    backwards, zeros = flags
    zero = z.dtype.type(0)
    for b in range(start, stop):
        for j in range(u):
            h[b, j] = zero
    for s in range(steps):
        t = steps - 1 - s if backwards else s
        last = t + 1 if backwards else t - 1
        if s > 0:
            times_kernel(function, h, weights, dropped, scratch, product, start, stop)
        for b in range(start, stop):
            for j in range(u):
                before[b, t, j] = h[b, j]
            if is_masked(mask, b, t):
                for j in range(u):
                    cells[b, t, 0, j] = cells[b, last, 0, j] if s > 0 else zero
                if out.size:
                    for j in range(u):
                        out[b, s, j] = zero if zeros else h[b, j]
                continue
            if s > 0:
                for g in range(4):
                    for j in range(u):
                        z[b, t, g, j] += product[b, g, j]
            for g in range(4):
                for j in range(u):
                    z[b, t, g, j] += bias[g, j]
            for g in range(4):
                activate(codes[0] if g == 2 else codes[1], z, b, t, g)
            for j in range(u):
                cells[b, t, 0, j] = z[b, t, 0, j] * z[b, t, 2, j]
            if s > 0:
                for j in range(u):
                    cells[b, t, 0, j] += z[b, t, 1, j] * cells[b, last, 0, j]
            for j in range(u):
                squashed[b, t, 0, j] = cells[b, t, 0, j]
            for g in range(1):  # a literal 0 would compile `activate` again
                activate(codes[0], squashed, b, t, g)
            for j in range(u):
                h[b, j] = z[b, t, 3, j] * squashed[b, t, 0, j]
            if out.size:
                for j in range(u):
                    out[b, s, j] = h[b, j]


@kernel
def backward_block(
    start: int,
    function: int,
    codes: Any,
    flags: Any,
    grad: Array,
    z: Array,
    weights: Array,
    mask: Array,
    dropped: Array,
    cells: Array,
    squashed: Array,
    dh: Array,
    dc: Array,
    scratch: Array,
) -> None:
    """Take one block of rows back through all steps.

    The gates in `z` become the derivatives by what they were made of.

    Parameters
    ----------
    grad : ndarray, shape (rows, steps, u), or of size 0
        Derivative by the outputs of all steps.
    dh : ndarray, shape (rows, u)
        Derivative by the last states; overwritten.
    dc, scratch : ndarray, shape (rows, u)
        Working space.
    function, codes, flags, z, weights, mask, dropped, cells, squashed
        As `forward` left them.
    """
    rows, steps, _, u = z.shape
    stop = min(start + BLOCK, rows)
    backwards, zeros = flags
    zero = z.dtype.type(0)
    for b in range(start, stop):
        for j in range(u):
            dc[b, j] = zero
    for s in range(steps - 1, -1, -1):
        t = steps - 1 - s if backwards else s
        last = t + 1 if backwards else t - 1
        for b in range(start, stop):
            if is_masked(mask, b, t):
                if grad.size and not zeros:
                    for j in range(u):
                        dh[b, j] += grad[b, s, j]
                for g in range(4):
                    for j in range(u):
                        z[b, t, g, j] = zero
                continue
            if grad.size:
                for j in range(u):
                    dh[b, j] += grad[b, s, j]
            for j in range(u):
                i, f = z[b, t, 0, j], z[b, t, 1, j]
                g_, o = z[b, t, 2, j], z[b, t, 3, j]
                top = squashed[b, t, 0, j]
                d = dc[b, j] + (dh[b, j] * o) * z.dtype.type(slope(codes[0], top))
                c = cells[b, last, 0, j] if s > 0 else zero
                z[b, t, 0, j] = (d * g_) * z.dtype.type(slope(codes[1], i))
                z[b, t, 1, j] = (d * c) * z.dtype.type(slope(codes[1], f))
                z[b, t, 2, j] = (d * i) * z.dtype.type(slope(codes[0], g_))
                z[b, t, 3, j] = (dh[b, j] * top) * z.dtype.type(slope(codes[1], o))
                dc[b, j] = d * f
                dh[b, j] = zero
        if s > 0:
            times_transpose(function, z, t, weights, dropped, scratch, dh, start, stop)
