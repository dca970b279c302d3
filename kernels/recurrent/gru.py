r"""Gated recurrent unit.

.. math::
    z, r = \sigma(\cdot), \quad h_t = z h_{t-1} + (1 - z) \hat h, \quad
    \hat h = \phi(x_h + r (h_{t-1} U_h + b'_h))

with the reset gate r after the product, which is tf.keras's default, cuDNN's and
torch's; before it, :math:`\hat h = \phi(x_h + (r h_{t-1}) U_h)`, as in the paper. The
order of gates is z, r, h.

Cho et al. (2014), "Learning phrase representations using RNN encoder-decoder",
arXiv:1406.1078.
"""

from __future__ import annotations

from typing import Any

from optlab.kernels.blas import gemm
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
def _columns(
    function: int,
    a: Any,
    lda: int,
    weights: Array,
    first: int,
    count: int,
    transpose: bool,
    c: Any,
    ldc: int,
    rows: int,
) -> None:
    """Multiply by ``weights[:, first:first + count]`` or its transpose; addresses.

    It is called where the reset gate is not `after` the product: there `after` stands
    for False, a literal of which would be one more type to compile for.
    """
    u, width = weights.shape
    one = weights.dtype.type(1)
    gemm(
        function,
        transpose,
        False,
        u if transpose else count,
        rows,
        count if transpose else u,
        one,
        weights.ctypes.data + first * weights.itemsize,
        width,
        a,
        lda,
        c,
        ldc,
    )


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
    inner: Array,
    h: Array,
    scratch: Array,
    product: Array,
    out: Array,
) -> None:
    """Take one block of rows through all steps.

    Parameters
    ----------
    flags : tuple of bool
        ``backwards``, ``zeros``, and whether the reset gate comes after the product.
    z : ndarray, shape (rows, steps, 3, u)
        x W and the input's bias; receives the activated gates.
    weights, bias : ndarray, shapes (u, 3 u) and (3, u)
        U and the bias of its product, zeros where there is none.
    inner : ndarray, shape (rows, steps, u)
        Receives what the reset gate multiplies, or, before the product, its result.
    function, codes, mask, dropped, before, h, scratch, product, out
        See `optlab.kernels.recurrent.lstm.forward_block`.
    """
    rows, steps, _, u = z.shape
    stop = min(start + BLOCK, rows)
    backwards, zeros, after = flags
    zero, one, item = z.dtype.type(0), z.dtype.type(1), z.itemsize
    first = 0 * u  # a literal 0 would have `_columns` compiled once more
    for b in range(start, stop):
        for j in range(u):
            h[b, j] = zero
    for s in range(steps):
        t = steps - 1 - s if backwards else s
        if after:
            times_kernel(function, h, weights, dropped, scratch, product, start, stop)
        else:
            _columns(
                function,
                h.ctypes.data + start * u * item,
                u,
                weights,
                first,
                2 * u,
                after,
                product.ctypes.data + start * 3 * u * item,
                3 * u,
                stop - start,
            )
        for b in range(start, stop):
            for g in range(2):
                for j in range(u):
                    gate = product[b, g, j] + bias[g, j]
                    z[b, t, g, j] = z[b, t, g, j] + gate
                activate(codes[1], z, b, t, g)
            for j in range(u):
                before[b, t, j] = h[b, j]
            if after:
                for j in range(u):
                    inner[b, t, j] = product[b, 2, j] + bias[2, j]
            else:
                for j in range(u):
                    inner[b, t, j] = z[b, t, 1, j] * h[b, j]
        if not after:
            for b in range(start, stop):
                for j in range(u):
                    scratch[b, j] = inner[b, t, j]
            _columns(
                function,
                scratch.ctypes.data + start * u * item,
                u,
                weights,
                2 * u,
                u,
                after,
                product.ctypes.data + (start * 3 + 2) * u * item,
                3 * u,
                stop - start,
            )
        for b in range(start, stop):
            if is_masked(mask, b, t):
                if out.size:
                    for j in range(u):
                        out[b, s, j] = zero if zeros else h[b, j]
                continue
            if after:
                for j in range(u):
                    z[b, t, 2, j] += z[b, t, 1, j] * inner[b, t, j]
            else:
                for j in range(u):
                    z[b, t, 2, j] += product[b, 2, j]
            for g in range(2, 3):
                activate(codes[0], z, b, t, g)
            for j in range(u):
                keep = z[b, t, 0, j]
                h[b, j] = keep * h[b, j] + (one - keep) * z[b, t, 2, j]
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
    dr: Array,
    weights: Array,
    mask: Array,
    dropped: Array,
    before: Array,
    inner: Array,
    dh: Array,
    scratch: Array,
) -> None:
    """Take one block of rows back through all steps.

    The gates in `z` become the derivatives by x W, and `dr` those by h U.

    Parameters
    ----------
    dr : ndarray, shape (rows, steps, 3, u)
        Overwritten; where the reset gate comes before the product, as `z`.
    grad, dh, scratch
        See `optlab.kernels.recurrent.lstm.backward_block`.
    function, codes, flags, z, weights, mask, dropped, before, inner
        As `forward` left them.
    """
    rows, steps, _, u = z.shape
    stop = min(start + BLOCK, rows)
    backwards, zeros, after = flags
    zero, one, item = z.dtype.type(0), z.dtype.type(1), z.itemsize
    first = 0 * u  # a literal 0 would have `_columns` compiled once more
    for s in range(steps - 1, -1, -1):
        t = steps - 1 - s if backwards else s
        for b in range(start, stop):
            masked = is_masked(mask, b, t)
            if grad.size and not (masked and zeros):
                for j in range(u):
                    dh[b, j] += grad[b, s, j]
            if masked:
                for g in range(3):
                    for j in range(u):
                        z[b, t, g, j] = zero
                        dr[b, t, g, j] = zero
                continue
            for j in range(u):
                d, keep, reset = dh[b, j], z[b, t, 0, j], z[b, t, 1, j]
                new = z[b, t, 2, j]
                to_new = (d * (one - keep)) * z.dtype.type(slope(codes[0], new))
                to_keep = d * (before[b, t, j] - new)
                to_reset = to_new * inner[b, t, j]
                z[b, t, 0, j] = to_keep * z.dtype.type(slope(codes[1], keep))
                z[b, t, 1, j] = to_reset * z.dtype.type(slope(codes[1], reset))
                z[b, t, 2, j] = to_new
                dr[b, t, 0, j] = z[b, t, 0, j]
                dr[b, t, 1, j] = z[b, t, 1, j]
                dr[b, t, 2, j] = to_new * reset
                dh[b, j] = d * keep
                if not after:
                    # Kept for the second half, below.
                    dr[b, t, 1, j] = reset
        if after:
            if s > 0:
                times_transpose(
                    function, dr, t, weights, dropped, scratch, dh, start, stop
                )
            continue
        _columns(
            function,
            z.ctypes.data + ((start * steps + t) * 3 + 2) * u * item,
            steps * 3 * u,
            weights,
            2 * u,
            u,
            not after,
            scratch.ctypes.data + start * u * item,
            u,
            stop - start,
        )
        for b in range(start, stop):
            if is_masked(mask, b, t):
                continue
            for j in range(u):
                reset = dr[b, t, 1, j]
                to_reset = scratch[b, j] * before[b, t, j]
                z[b, t, 1, j] = to_reset * z.dtype.type(slope(codes[1], reset))
                dr[b, t, 1, j] = z[b, t, 1, j]
                dr[b, t, 2, j] = z[b, t, 2, j]
                dh[b, j] += scratch[b, j] * reset
        _columns(
            function,
            z.ctypes.data + (start * steps + t) * 3 * u * item,
            steps * 3 * u,
            weights,
            first,
            2 * u,
            not after,
            scratch.ctypes.data + start * u * item,
            u,
            stop - start,
        )
        for b in range(start, stop):
            for j in range(u):
                dh[b, j] += scratch[b, j]
