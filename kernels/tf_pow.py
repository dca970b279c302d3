"""TensorFlow's power of a tensor by a number, to the last bit.

TensorFlow's wheels for x86-64 are built for AVX: of n elements the first n // P * P (P
= 8 in float32, 4 in float64) go through Eigen's vector power, which rounds 27 % of
square roots and squares differently from the C library, and the rest through the C
library's scalar pow. So the same number has different powers at different places of a
tensor. Cutting a tensor for threads does not matter: the pieces are whole packets.

On ARM, and where TensorFlow was built for a newer processor, Eigen uses fused
multiply-add and other packets: the last bits differ there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import prange, types
from numba.extending import overload

from optlab.kernels.floating_point import flush_on, restore
from optlab.kernels.jit import kernel
from optlab.kernels.packets import PACKET_BYTES
from optlab.kernels.tf_pow_32 import power_32
from optlab.kernels.tf_pow_64 import power_64
from optlab.kernels.typing import Array
from optlab.kernels.wide import widest

#: Elements in one piece of work, a whole number of packets.
_PIECE = 1 << 14
#: Elements from which threads pay.
_PARALLEL_FROM = 4 * _PIECE


def _vector_power(x: Any, y: Any) -> Any:
    """Return x**y for a positive, normal, finite number (only inside kernels)."""
    raise NotImplementedError


@overload(_vector_power, strict=False, jit_options={"forceinline": True})
def _choose_power(x: Any, y: Any) -> Callable[..., Any]:
    if x == types.float32:
        return lambda x, y: power_32(x, y)
    return lambda x, y: power_64(x, y)


@kernel(forceinline=True)
def _packet_power(base: Any, y: Any) -> Any:
    """Return base**y as a lane of TensorFlow's packets has it, `y` neither 0 nor 1.

    What depends on `y` alone is moved out of loops by the compiler.
    """
    info = np.finfo(base)
    zero, one, inf = info.tiny - info.tiny, info.tiny / info.tiny, info.max + info.max
    nan = inf - inf
    half = y / (one + one)
    whole = np.floor(y) == y and abs(y) < inf
    odd = whole and np.floor(half) != half
    # Every power of a number other than 1 leaves the range.
    huge = abs(y) * info.eps >= np.log(info.max)
    of_zero = inf if y < zero else zero
    of_infinity = zero if y < zero else inf
    size = abs(base)
    value = _vector_power(size, y)
    value = nan if base < zero and not whole else value
    value = of_zero if size < info.tiny else value
    value = -value if odd and math.copysign(one, base) < zero else value
    at_limit = of_infinity if size > one else of_zero
    at_limit = one if size == one else at_limit
    value = at_limit if huge else value
    value = of_infinity if size == inf else value
    value = -value if odd and base == -inf else value
    value = nan if base != base or y != y else value
    return one if base == one else value


@kernel
def _packets(x: Array, y: Any, out: Array, first: int, last: int) -> None:
    """Raise ``x[first:last]`` to `y`, neither 0 nor 1, as TensorFlow's packets do."""
    widest()
    for i in range(first, last):
        out[i] = _packet_power(x[i], y)


@kernel
def _serial(x: Array, y: Any, out: Array) -> None:
    """Raise every element to `y`: packets, then the rest by the C library."""
    widest()
    body = x.size - x.size % (PACKET_BYTES // x.itemsize)
    mode = flush_on()
    _packets(x, y, out, 0, body)
    for i in range(body, x.size):
        out[i] = math.pow(x[i], y)
    restore(mode)


@kernel(parallel=True)
def _parallel(x: Array, y: Any, out: Array) -> None:
    """Do the same in as many threads as there are."""
    for piece in prange((x.size + _PIECE - 1) // _PIECE):
        first = piece * _PIECE
        last = min(first + _PIECE, x.size)
        _serial(x[first:last], y, out[first:last])


def tf_power(x: Array, y: Any, out: Array | None = None) -> Array:
    """Return x**y, bit for bit ``tf.pow(x, y)``.

    Parameters
    ----------
    x : ndarray of float32 or float64, any shape
        C-contiguous; otherwise it is copied. Subnormal elements count as 0.
    y : float
        Rounded to the dtype of `x`.
    out : ndarray, optional
        C-contiguous, of the shape and dtype of `x`; may be `x` itself.

    Returns
    -------
    ndarray
        `out`, or a new array; subnormal powers are flushed to 0.
    """
    x = np.ascontiguousarray(x).reshape(np.shape(x))
    if out is None:
        out = np.empty(x.shape, x.dtype)
    exponent = x.dtype.type(y)
    flat, target = x.reshape(-1), out.reshape(-1)
    body = 0
    if exponent == 1 or abs(exponent) < np.finfo(x.dtype).tiny:
        body = x.size - x.size % (PACKET_BYTES // x.itemsize)
        target[:body] = flat[:body] if exponent == 1 else 1
    run = _serial if x.size - body < _PARALLEL_FROM else _parallel
    run(flat[body:], exponent, target[body:])
    return out


@overload(tf_power, strict=False, jit_options={"forceinline": True})
def _power_of_one(x: Any, y: Any) -> Any:
    """Compile the power of a number, for the loops of elementwise rules.

    It is what whole packets have: see `optlab.optimizers.Rule.packets`.
    """
    if not isinstance(x, types.Float):
        return None

    def power_of_one(x: Any, y: Any) -> Any:
        info = np.finfo(x)
        value = _packet_power(x, y)
        value = x if y == 1 else value
        return info.eps / info.eps if abs(y) < info.tiny else value

    return power_of_one
