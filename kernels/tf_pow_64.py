r"""TensorFlow's vector power of float64 numbers, without its special cases.

As in float32 (`optlab.kernels.tf_pow_32`), but the logarithm goes through

.. math::
    \log_2 m = r + r^3 (C + r^2 Q(r^2)), \qquad
    r = \frac{2}{\ln 2} \cdot \frac{m - 1}{m + 1},

and the exponential is a rational function of Cephes. That exponential is why the power
is only accurate to about a hundred units in the last place.

References
----------
Eigen, src/Core/arch/Default/GenericPacketMathFunctions.h (3.4.90): the algorithm and
the coefficients, the former in its form without fused multiply-add. Moshier, Cephes
mathematical library, exp.c.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.double_word import (
    add_fw,
    add_ww,
    divide_wf,
    multiply_ff,
    multiply_wf,
    multiply_ww,
)
from optlab.kernels.jit import kernel

_SQRT_HALF = 0.70710678118654752440
_LN_2 = 0.69314718055994530942
_LOG2_E = 1.4426950408889634073599
#: 2 / ln 2.
_SCALE, _SCALE_LOW = 2.88539008177792677, 4.07660016854549667e-17
#: The coefficient of r**3, and those of Q from its constant on.
_CUBE, _CUBE_LOW = 0.0400377511598501157, -4.77726582251425391e-19
_Q = (
    2.88543873228900172e-3,
    2.47556738444535513e-4,
    2.31271023278625638e-5,
    2.27279857398537278e-6,
    2.31032094540014656e-7,
    2.38957980901884082e-8,
    2.87074255468000586e-9,
)
#: ln 2 in two parts, the first of few bits.
_LN_2_HIGH, _LN_2_LOW = 0.693145751953125, 1.42860682030941723212e-6
#: Numerator and denominator of the exponential, highest power first.
_EXP_P = (
    1.26177193074810590878e-4,
    3.02994407707441961300e-2,
    9.99999999999999999910e-1,
)
_EXP_Q = (
    3.00198505138664455042e-6,
    2.52448340349684104192e-3,
    2.27265548208155028766e-1,
    2.00000000000000000009e0,
)
#: The largest number below a half.
_BELOW_HALF = 0.49999999999999994
_LARGEST_SHIFT = 2000.0
#: Added to a small integer, it leaves the integer in the low bits of the sum.
_TO_BITS = 1.5 * 2.0**52
#: Its own exponent: the low bits then count from 0.
_FROM_BITS = 2.0**52
_FROM_BITS_PATTERN = 0x43300000_00000000


@kernel(forceinline=True)
def _rounded(x: float) -> Any:
    """Round to the nearest integer, halves away from zero."""
    return np.trunc(x + (-_BELOW_HALF if x < 0.0 else _BELOW_HALF))


@kernel(forceinline=True)
def _power_of_two(n: float) -> Any:
    """Return 2**n for an integer n of a normal result."""
    bits = np.float64(n + _TO_BITS).view(np.int64)
    return np.int64((bits + 1023) << 52).view(np.float64)


@kernel(forceinline=True)
def _horner(coefficients: tuple[float, ...], x: float) -> float:
    """Evaluate a polynomial, highest power first."""
    total = coefficients[0]
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total


@kernel(forceinline=True)
def _log2(m: float) -> Any:
    """Return log2 of `m` in [sqrt(1/2), sqrt(2)) as a double word."""
    t, t_low = multiply_wf(_SCALE, _SCALE_LOW, m - 1.0)
    r, r_low = divide_wf(t, t_low, m + 1.0)
    r2, r2_low = multiply_ww(r, r_low, r, r_low)
    r4, _ = multiply_ww(r2, r2_low, r2, r2_low)
    even = ((_Q[6] * r4 + _Q[4]) * r4 + _Q[2]) * r4 + _Q[0]
    odd = (_Q[5] * r4 + _Q[3]) * r4 + _Q[1]
    p, p_low = multiply_wf(r2, r2_low, odd * r2 + even)
    p, p_low = add_ww(_CUBE, _CUBE_LOW, p, p_low)
    p, p_low = multiply_ww(r2, r2_low, p, p_low)
    p, p_low = add_fw(1.0, p, p_low)
    return multiply_ww(p, p_low, r, r_low)


@kernel(forceinline=True)
def _exp(x: float) -> Any:
    """Return e**x for a small x."""
    n = np.floor(_LOG2_E * x + 0.5)
    r = (x - n * _LN_2_HIGH) - n * _LN_2_LOW
    square = r * r
    p = _horner(_EXP_P, square) * r
    q = _horner(_EXP_Q, square)
    return (2.0 * (p / (q - p)) + 1.0) * _power_of_two(n)


@kernel(forceinline=True)
def power_64(x: float, y: float) -> Any:
    """Return x**y for a positive, normal, finite float64 `x`; any number otherwise."""
    bits = np.float64(x).view(np.int64)
    m = np.int64((bits & 0xFFFFFFFFFFFFF) | 0x3FE0000000000000).view(np.float64)
    exponent = np.int64((bits >> 52) | _FROM_BITS_PATTERN).view(np.float64)
    e = exponent - (_FROM_BITS + 1022.0)
    low_half = m < _SQRT_HALF
    m = m + m if low_half else m
    e = e - 1.0 if low_half else e
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
    fraction = _exp(product) * (1.0 + error)
    n = n if n > -_LARGEST_SHIFT else -_LARGEST_SHIFT
    n = n if n < _LARGEST_SHIFT else _LARGEST_SHIFT
    first = np.floor(n * 0.5)
    return (fraction * _power_of_two(first)) * _power_of_two(n - first)
