r"""The simple recurrent layer.

.. math:: h_t = \phi(x_t W + h_{t-1} U + b)

Elman (1990), "Finding structure in time".
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
    h: Array,
    scratch: Array,
    product: Array,
    out: Array,
) -> None:
    """Take one block of rows through all steps."""
    rows, steps, _, u = z.shape
    stop = min(start + BLOCK, rows)
    backwards, zeros = flags
    zero = z.dtype.type(0)
    for b in range(start, stop):
        for j in range(u):
            h[b, j] = zero
    for s in range(steps):
        t = steps - 1 - s if backwards else s
        times_kernel(function, h, weights, dropped, scratch, product, start, stop)
        for b in range(start, stop):
            for j in range(u):
                before[b, t, j] = h[b, j]
            if not is_masked(mask, b, t):
                for j in range(u):
                    z[b, t, 0, j] = (z[b, t, 0, j] + bias[0, j]) + product[b, 0, j]
                for g in range(1):  # a literal 0 would compile `activate` again
                    activate(codes[0], z, b, t, g)
                for j in range(u):
                    h[b, j] = z[b, t, 0, j]
            if out.size:
                hidden = zeros and is_masked(mask, b, t)
                for j in range(u):
                    out[b, s, j] = zero if hidden else h[b, j]


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
    dh: Array,
    scratch: Array,
) -> None:
    """Take one block of rows back through all steps.

    `z` becomes the derivatives by what went into the activation.
    """
    rows, steps, _, u = z.shape
    stop = min(start + BLOCK, rows)
    backwards, zeros = flags
    zero = z.dtype.type(0)
    for s in range(steps - 1, -1, -1):
        t = steps - 1 - s if backwards else s
        for b in range(start, stop):
            masked = is_masked(mask, b, t)
            if grad.size and not (masked and zeros):
                for j in range(u):
                    dh[b, j] += grad[b, s, j]
            if masked:
                for j in range(u):
                    z[b, t, 0, j] = zero
                continue
            for j in range(u):
                d = dh[b, j] * z.dtype.type(slope(codes[0], z[b, t, 0, j]))
                z[b, t, 0, j] = d
                dh[b, j] = zero
        if s > 0:
            times_transpose(function, z, t, weights, dropped, scratch, dh, start, stop)
