r"""TensorFlow's vector power of float32 numbers, without its special cases.

.. math::
    x^y = 2^{y (e + \log_2 m)}, \qquad x = 2^e m, \quad m \in [\sqrt{1/2}, \sqrt 2)

The logarithm and its product with y are double words, the fraction of the exponent goes
through :math:`2^r = e^{r \ln 2}` in plain float32. Accurate to about 3 units in the
last place; neither ``pow(x, 0.5)`` nor ``pow(x, 2)`` is the correctly rounded root or
square.

References
----------
Eigen, src/Core/arch/Default/GenericPacketMathFunctions.h (3.4.90): the algorithm and
the coefficients, the former in its form without fused multiply-add.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.double_word import (
    add_ww,
    multiply_ff,
    multiply_wf,
)
from optlab.kernels.jit import kernel

_F = np.float32
_ONE = _F(1)
_HALF = _F(0.5)
_SQRT_HALF = _F(0.70710678118654752440)
_LN_2 = _F(0.69314718055994530942)
_LOG2_E = _F(1.44269504088896340736)
#: The largest number below a half.
_BELOW_HALF = np.nextafter(_HALF, _F(0))
_LARGEST_SHIFT = _F(250)


def _word(value: float) -> tuple[np.float32, np.float32]:
    """Round a float64 number to a double word of float32."""
    high = _F(value)
    return high, _F(value - float(high))


#: log2(1 + x) / x: the two lowest coefficients as double words, then the others,
#: highest power first.
_LOG_0, _LOG_0_LOW = _word(1.442695041742110273474963832995854318141937255859375)
_LOG_1, _LOG_1_LOW = _word(-0.72134751588268664068692714863573201000690460205078125)
_LOG_HIGHER = (
    _F(0.097010828554630279541015625),
    _F(-0.1689648628234863281250),
    _F(0.1720083653926849365234375),
    _F(-0.17892272770404815673828125),
    _F(0.20505344867706298828125),
    _F(-0.24046677350997924804687500),
    _F(0.28857553005218505859375),
    _F(-0.36067414283752441406250),
    _F(0.48089790344238281250),
)
#: ln 2 in two parts, the first of few bits, both with the sign turned.
_MINUS_LN_2_HIGH = _F(-0.693359375)
_MINUS_LN_2_LOW = _F(2.12194440e-4)
#: e**r beyond 1 + r, by powers from r**2 on.
_EXP = (
    _F(0.49999988079071044921875),
    _F(0.16666518151760101318359375),
    _F(0.04166965186595916748046875),
    _F(0.00836894474923610687255859375),
    _F(0.00137449637986719608306884765625),
)


@kernel(forceinline=True)
def _rounded(x: Any) -> Any:
    """Round to the nearest integer, halves away from zero."""
    return np.trunc(x + (-_BELOW_HALF if x < 0 else _BELOW_HALF))


@kernel(forceinline=True)
def _power_of_two(n: Any) -> Any:
    """Return 2**n for an integer n of a normal result."""
    return np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@kernel(forceinline=True)
def _log2(m: Any) -> Any:
    """Return log2 of `m` in [sqrt(1/2), sqrt(2)) as a double word."""
    x = m - _ONE
    p = _LOG_HIGHER[0]
    for coefficient in _LOG_HIGHER[1:]:
        p = p * x + coefficient
    high, low = multiply_ff(x, p)
    high, low = add_ww(_LOG_1, _LOG_1_LOW, high, low)
    high, low = multiply_wf(high, low, x)
    high, low = add_ww(_LOG_0, _LOG_0_LOW, high, low)
    return multiply_wf(high, low, x)


@kernel(forceinline=True)
def _exp(x: Any) -> Any:
    """Return e**x for a small x."""
    n = np.floor(x * _LOG2_E + _HALF)
    r = n * _MINUS_LN_2_LOW + (n * _MINUS_LN_2_HIGH + x)
    square = r * r
    even = square * (square * _EXP[4] + _EXP[2]) + _EXP[0]
    odd = square * _EXP[3] + _EXP[1]
    return (square * (r * odd + even) + (r + _ONE)) * _power_of_two(n)


@kernel(forceinline=True)
def power_32(x: Any, y: Any) -> Any:
    """Return x**y for a positive, normal, finite float32 `x`; any number otherwise."""
    bits = np.float32(x).view(np.int32)
    m = np.int32((bits & np.int32(0x7FFFFF)) | np.int32(0x3F000000)).view(np.float32)
    e = np.float32(np.int32(bits >> np.int32(23)) - np.int32(126))
    low_half = m < _SQRT_HALF
    m = m + m if low_half else m
    e = e - _ONE if low_half else e
    log, log_low = _log2(m)
    whole, whole_low = multiply_ff(e, y)
    part, part_low = multiply_wf(log, log_low, y)
    z, z_low = add_ww(whole, whole_low, part, part_low)
    n = _rounded(z)
    r = (z - n) + z_low
    carry = _rounded(r)
    r = r - carry
    n = n + carry
    product, error = multiply_ff(_LN_2, r)
    fraction = _exp(product) * (_ONE + error)
    n = n if n > -_LARGEST_SHIFT else -_LARGEST_SHIFT
    n = n if n < _LARGEST_SHIFT else _LARGEST_SHIFT
    first = np.floor(n * _HALF)
    return (fraction * _power_of_two(first)) * _power_of_two(n - first)
