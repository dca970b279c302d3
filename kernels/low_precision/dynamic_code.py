r"""Eight bits a number: the dynamic code of a block, relative to its largest.

A block of numbers is kept as its largest size and one byte a number. The byte is read
like a fixed-point fraction whose point moves: the leading zeros of its bits say by
which power the number is scaled down, and the rest is a linear fraction, of one bit
less at every smaller power. Of a byte :math:`k = 2^i + f` with :math:`0 \le f < 2^i`

.. math:: q(k) = 16^{i - L} \Bigl(\tfrac1{16} +
    \tfrac{15}{16} \cdot \tfrac{f + 1/2}{2^i}\Bigr), \qquad q(0) = 0

where L is 7 for numbers without a sign, and 6 where the highest bit is the sign. The
largest number of the block gets the largest byte, and that one's value exactly. Powers
of 10 stand there in the paper; powers of 16 reach further down, and are shifts of the
bits of a float, without a table.

To nearest, as in the paper, what changes a number by less than a cell is lost; noise of
its place (`optlab.kernels.low_precision.noise`) keeps it in the mean.

A number without a sign becomes at least the least byte, for a step divides by its root.

References
----------
Dettmers, Lewis, Shleifer, Zettlemoyer, 8-bit optimizers via block-wise quantization,
2022, section 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_U, _HALF = np.uint32, np.float32(0.5)
#: The largest value of a code: with a sign, and without.
LARGEST_SIGNED = np.float32(1 / 16 + 15 / 16 * 63.5 / 64)
LARGEST_UNSIGNED = np.float32(1 / 16 + 15 / 16 * 127.5 / 128)
#: One in the place of a float32's exponent, which is added to multiply by two; and the
#: bits of a number. All sums of bits are modulo 2^32.
_ONE, _EXPONENT, _SIZE = _U(1 << 23), _U(0x7F800000), _U(0x7FFFFFFF)


def _bits(value: float, times_one: int = 0) -> Any:
    """Return the bits of a number, with so many added to its exponent."""
    found = int(np.float32(value).view(np.uint32)) + (times_one << 23)
    return _U(found % 2**32)


#: With e the exponent of k + 1/2, as it stands in the bits (127 more),
#: q = (k + 1/2) 2^(3 e) 15/16 2^(-4 L) - 2^(4 e) 14/16 2^(-4 L).
_SLOPE_7, _UNDER_7 = (
    _bits(15 / 16 * 2.0**-28, -3 * 127),
    _bits(14 / 16 * 2.0**-28, -4 * 127),
)
_SLOPE_6, _UNDER_6 = (
    _bits(15 / 16 * 2.0**-24, -3 * 127),
    _bits(14 / 16 * 2.0**-24, -4 * 127),
)
#: And back, with i the place of the highest bit: k = x 2^(4 L - 3 i) 16/15 + 14/15 2^i.
_STEP_7, _STEP_6, _FOOT = (
    _bits(16 / 15 * 2.0**28),
    _bits(16 / 15 * 2.0**24),
    _bits(14 / 15),
)
#: What is taken from a quarter of x's exponent for i.
_LEAST_7, _LEAST_6 = np.int32((31 - 7) << 23), np.int32((31 - 6) << 23)


def decode_unsigned(code: Any) -> Any:
    """Return the value of a byte; that of 0 is below that of 1, and never wanted."""
    k = np.float32(np.float32(np.int32(code)) + np.float32(0.5))
    e = np.uint32(np.float32(k).view(np.uint32) & _EXPONENT)
    two = np.uint32(e + e)
    slope = np.uint32(np.uint32(two + e) + _SLOPE_7).view(np.float32)
    under = np.uint32(np.uint32(two + two) + _UNDER_7).view(np.float32)
    return k * slope - under


def decode_signed(code: Any) -> Any:
    """Return the value of a byte whose highest bit is the sign."""
    code = np.uint32(code)
    size = np.uint32(code & _U(0x7F))
    k = np.float32(np.float32(np.int32(size)) + np.float32(0.5))
    e = np.uint32(np.float32(k).view(np.uint32) & _EXPONENT)
    two = np.uint32(e + e)
    slope = np.uint32(np.uint32(two + e) + _SLOPE_6).view(np.float32)
    under = np.uint32(np.uint32(two + two) + _UNDER_6).view(np.float32)
    value = np.float32(k * slope - under)
    bits = np.uint32(np.float32(value).view(np.uint32) * np.uint32(size > _U(0)))
    sign = np.uint32(np.uint32(code & _U(0x80)) << _U(24))
    return np.uint32(bits | sign).view(np.float32)


def encode_unsigned(x: Any, place: Any) -> Any:
    """Return a byte for x, of 0 to the largest; at least 1.

    With `place` a half it is that of the cell that x is in. With one that is even from
    0 to 1 it is that or the next on its side, so that the mean is x within a level.
    """
    bits = np.float32(x).view(np.uint32)
    quarter = np.uint32(np.uint32(np.uint32(bits + _ONE) & _U(0xFE000000)) >> _U(2))
    i = np.uint32(np.maximum(np.int32(np.int32(quarter) - _LEAST_7), np.int32(0)))
    three = np.uint32(np.uint32(i + i) + i)
    step = np.uint32(_STEP_7 - three).view(np.float32)
    foot = np.uint32(_FOOT + i).view(np.float32)
    k = np.int32((x * step + foot) + (place - _HALF))
    return np.uint8(np.minimum(np.maximum(k, np.int32(1)), np.int32(255)))


def encode_signed(x: Any, place: Any) -> Any:
    """Return the same of a number with a sign; 0 of 0."""
    bits = np.float32(x).view(np.uint32)
    size = np.uint32(bits & _SIZE)
    quarter = np.uint32(np.uint32(np.uint32(size + _ONE) & _U(0xFE000000)) >> _U(2))
    i = np.uint32(np.maximum(np.int32(np.int32(quarter) - _LEAST_6), np.int32(0)))
    three = np.uint32(np.uint32(i + i) + i)
    step = np.uint32(_STEP_6 - three).view(np.float32)
    foot = np.uint32(_FOOT + i).view(np.float32)
    found = np.uint32(size).view(np.float32) * step + foot
    k = np.minimum(np.int32(found + (place - _HALF)), np.int32(127))
    k = np.uint32(np.uint32(k) * np.uint32(size > _U(0)))
    return np.uint8(np.uint32(k | np.uint32(np.uint32(bits >> _U(24)) & _U(0x80))))
