"""What the recurrent kernels share: activations by number, products of a block."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.activations.rectified import SELU_ALPHA, SELU_SCALE
from optlab.kernels.blas import gemm
from optlab.kernels.elementary import exp, expm1, sigmoid, tanh
from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array

#: Rows that one task takes through all steps. 16 rows of 32 units fill the registers of
#: a product, and a batch of 32 is shared by two threads.
BLOCK = 16
#: The activations, whose derivatives all follow from the output.
CODES = {
    "linear": 0,
    "tanh": 1,
    "sigmoid": 2,
    "relu": 3,
    "hard_sigmoid": 4,
    "softsign": 5,
    "elu": 6,
    "selu": 7,
    "exponential": 8,
}


@kernel
def activate(code: int, z: Array, b: int, t: int, g: int) -> None:
    """Apply the activation to the gate ``z[b, t, g]`` in place.

    For a literal `g` Numba would compile this once more; callers loop instead.
    """
    u = z.shape[3]
    zero, one = z.dtype.type(0), z.dtype.type(1)
    if code == 1:
        for j in range(u):
            z[b, t, g, j] = tanh(z[b, t, g, j])
    elif code == 2:
        for j in range(u):
            z[b, t, g, j] = sigmoid(z[b, t, g, j])
    elif code == 3:
        for j in range(u):
            x = z[b, t, g, j]
            z[b, t, g, j] = zero if x <= zero else x
    elif code == 4:
        three, six = z.dtype.type(3), z.dtype.type(6)
        for j in range(u):
            x = z[b, t, g, j] + three
            z[b, t, g, j] = (zero if x <= zero else (six if x > six else x)) / six
    elif code == 5:
        for j in range(u):
            x = z[b, t, g, j]
            z[b, t, g, j] = x / (abs(x) + one)
    elif code == 6:
        for j in range(u):
            x = z[b, t, g, j]
            z[b, t, g, j] = x if x > zero else expm1(x)
    elif code == 7:
        scale = z.dtype.type(SELU_SCALE)
        scale_alpha = z.dtype.type(SELU_SCALE * SELU_ALPHA)
        for j in range(u):
            x = z[b, t, g, j]
            z[b, t, g, j] = scale * x if x > zero else scale_alpha * expm1(x)
    elif code == 8:
        for j in range(u):
            z[b, t, g, j] = exp(z[b, t, g, j])


@kernel(forceinline=True)
def slope(code: int, y: Any) -> Any:
    """Return the activation's derivative where its output is y."""
    zero, one = y * 0, y * 0 + 1
    if code == 1:
        return one - y * y
    if code == 2:
        return y * (one - y)
    if code == 3:
        return one if y > zero else zero
    if code == 4:
        return one / 6 if (y > zero) & (y < one) else zero
    if code == 5:
        return (one - abs(y)) * (one - abs(y))
    if code == 6:
        return one if y > zero else y + one
    if code == 7:
        scale = np.float64(SELU_SCALE)
        return y + one * (scale * SELU_ALPHA) if y < zero else one * scale
    if code == 8:
        return y
    return one


@kernel(forceinline=True)
def is_masked(mask: Array, b: int, t: int) -> bool:
    """Tell whether the row's input at this time is left out."""
    if mask.size == 0:
        return False
    return not mask[b, t]


@kernel
def drop(h: Array, dropped: Array, g: int, out: Array, start: int, stop: int) -> None:
    """Put a block of states, multiplied for one group, into `out`; all (rows, u)."""
    for b in range(start, stop):
        for j in range(h.shape[1]):
            out[b, j] = h[b, j] * dropped[g, b, j]


@kernel
def times_kernel(
    function: int,
    h: Array,
    weights: Array,
    dropped: Array,
    scratch: Array,
    out: Array,
    start: int,
    stop: int,
) -> None:
    """Put ``h @ weights`` of a block of rows into `out`, shape (rows, gates u)."""
    u, width = weights.shape
    one, item = h.dtype.type(1), h.itemsize
    rows = stop - start
    groups = dropped.shape[0] if dropped.size else 1
    part = width // groups
    source = h.ctypes.data
    for g in range(groups):
        if dropped.size:
            drop(h, dropped, g, scratch, start, stop)
            source = scratch.ctypes.data
        gemm(
            function,
            False,
            False,
            part,
            rows,
            u,
            one,
            weights.ctypes.data + g * part * item,
            width,
            source + start * u * item,
            u,
            out.ctypes.data + (start * width + g * part) * item,
            width,
        )


@kernel
def times_transpose(
    function: int,
    dz: Array,
    t: int,
    weights: Array,
    dropped: Array,
    scratch: Array,
    dh: Array,
    start: int,
    stop: int,
) -> None:
    """Add ``dz[:, t] @ weights.T`` of a block of rows to `dh`, shape (rows, u)."""
    u, width = weights.shape
    one, item = dh.dtype.type(1), dh.itemsize
    steps = dz.shape[1]
    groups = dropped.shape[0] if dropped.size else 1
    part = width // groups
    for g in range(groups):
        gemm(
            function,
            True,
            False,
            u,
            stop - start,
            part,
            one,
            weights.ctypes.data + g * part * item,
            width,
            dz.ctypes.data + ((start * steps + t) * width + g * part) * item,
            steps * width,
            scratch.ctypes.data + start * u * item,
            u,
        )
        if dropped.size:
            for b in range(start, stop):
                for j in range(u):
                    dh[b, j] += scratch[b, j] * dropped[g, b, j]
        else:
            for b in range(start, stop):
                for j in range(u):
                    dh[b, j] += scratch[b, j]
