r"""exp, log and their kin as branch-free polynomials that a compiler can vectorise.

On NumPy arrays each function is NumPy's own. Inside a kernel it takes and
returns a scalar of the array's dtype and computes in float64: a float32 result is
correctly rounded but for a few in a thousand, a float64 result is within 3 units in the
last place, and both are the same bits on every machine, at every position of an array
and for every vector width. The C library differs between systems, and TensorFlow's
vector body and scalar tail use different polynomials: in 17 % of its float32
exponentials and 25 % of its logarithms the last bit depends on the position.

The exponential is reduced to :math:`|r| \le \tfrac12 \ln 2` by

.. math::
    e^x = 2^k e^r, \qquad k = \mathrm{round}(x / \ln 2), \quad r = x - k \ln 2,

with :math:`\ln 2` in two parts (Cody and Waite 1980) and Taylor's polynomial for
:math:`e^r - 1`. The logarithm of :math:`2^k m`, with :math:`m` around 1, is

.. math::
    k \ln 2 + 2\,\mathrm{artanh}(s), \qquad s = \frac{m - 1}{m + 1}.

The complementary error function is :math:`e^{-z^2}` times a polynomial
(Shepherd and Laframboise 1981):

.. math::
    (1 + 2z)\, e^{z^2} \mathrm{erfc}(z) \approx \sum_j c_j
    \left(\frac{z - 3}{z + 3}\right)^j, \qquad z \ge 0.

float32 needs fewer terms of each polynomial for the same purpose.

References
----------
W. J. Cody and W. Waite, "Software Manual for the Elementary Functions", 1980.
C. L. Lawson, "Contributions to the theory of linear least maximum approximations", PhD
thesis, UCLA, 1961.
M. M. Shepherd and J. G. Laframboise, "Chebyshev approximation of
(1 + 2x) exp(x^2) erfc(x) in 0 <= x < infinity", Math. Comp. 36, 1981.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

from optlab.kernels.jit import kernel

_LN2 = math.log(2.0)
_SQRT_2 = math.sqrt(2.0)
_LOG2_E = 1.0 / _LN2
#: ln 2 in two parts: the first has 32 significant bits, so k times it is exact.
_LN2_HIGH = math.ldexp(math.floor(math.ldexp(_LN2, 32)), -32)
_LN2_LOW = 1.9082149292705877e-10
#: Added to |t| < 2**51, it leaves round(t) in the low bits of the sum.
_ROUNDER = 1.5 * 2.0**52

#: Coefficients of a polynomial, highest power first.
Terms = tuple[float, ...]
#: Taylor's (e^r - 1) / r.
_EXPM1: Terms = tuple(1.0 / math.factorial(n) for n in range(13, 0, -1))
#: artanh(s) / s in powers of s^2, for |s| <= 0.1716.
_ARTANH: Terms = tuple(1.0 / n for n in range(21, 0, -2))
#: Chebyshev interpolant of degree 24 of (1 + 2z) exp(z^2) erfc(z), 40 digits,
#: and written in powers of u = (z - 3) / (z + 3): the even powers, and the odd ones
#: divided by u. Relative error at most 4.4e-16.
_ERFCX_EVEN: Terms = (
    8.393734858697501e-10,
    -8.217595058715385e-09,
    4.106401366795053e-08,
    -1.404765431542997e-07,
    3.557608668408201e-07,
    -7.308281468783701e-07,
    4.949196649968349e-06,
    -0.00010515971958448065,
    0.0018886903449991718,
    -0.02377051491717134,
    -0.11927366341538638,
    -0.0475622943534492,
    1.2530080582697296,
)
_ERFCX_ODD: Terms = (
    9.862533510347666e-10,
    -1.3312919661039893e-08,
    1.0183620603843039e-07,
    -6.166011460398769e-07,
    3.472370944977172e-06,
    -2.0100542268525612e-05,
    0.0001250993424583729,
    -0.0007798322696543306,
    0.0025293918156939696,
    0.0683080273440099,
    0.1296451587027594,
    -0.13562110612458117,
)
#: P and Q of tanh x = x P(x^2) / Q(x^2) for |x| <= 9.02, from where on float32 rounds
#: to 1: a weighted least-squares fit, the weights renewed until the largest error is
#: least (Lawson 1961). Relative error at most 3.7e-11.
_TANH_P: Terms = (
    3.6745016838193586e-11,
    1.1117721549275439e-07,
    4.227395262652917e-05,
    0.004425957715450698,
    0.1409921620646465,
    0.9999999999635736,
)
_TANH_Q: Terms = (
    2.951217214131665e-09,
    2.603873916663261e-06,
    0.0005008358174395278,
    0.029201123443473895,
    0.47432549499805293,
    1.0,
)


@kernel(forceinline=True)
def _polynomial(coefficients: Terms, x: float) -> float:
    """Evaluate a polynomial, highest power first, by Horner's rule."""
    total = coefficients[0]
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total


@kernel(forceinline=True)
def _clamp(x: float, low: float, high: float) -> float:
    """Return x within [low, high]; NaN stays NaN."""
    x = low if x < low else x
    x = high if x > high else x
    return x


@kernel(forceinline=True)
def _scaled_expm1(x: float, terms: Terms) -> tuple[float, float]:
    """Return q and s with exp(x) = 2 s (1 + q); s is half a power of 2."""
    shifted = x * _LOG2_E + _ROUNDER
    k = shifted - _ROUNDER
    r = (x - k * _LN2_HIGH) - k * _LN2_LOW
    bits = (np.float64(shifted).view(np.int64) << 52) + (1022 << 52)
    return r * _polynomial(terms, r), np.int64(bits).view(np.float64)


@kernel(forceinline=True)
def _exp(x: float, terms: Terms) -> float:
    """Return e**x; the last k at the lower end has s = 0, at the upper end inf."""
    q, s = _scaled_expm1(_clamp(x, -708.5, 709.9), terms)
    return (s + s * q) * 2.0


@kernel(forceinline=True)
def _expm1(x: float, terms: Terms) -> float:
    """Return e**x - 1."""
    q, s = _scaled_expm1(_clamp(x, -60.0, 709.9), terms)
    return (s * q + (s - 0.5)) * 2.0


@kernel(forceinline=True)
def _log(x: float, terms: Terms) -> float:
    """Return ln x with m in [sqrt(1/2), sqrt(2))."""
    shift = 0x3FE6A09E_667F3BCD
    bits = np.float64(x).view(np.int64) + (0x3FF00000_00000000 - shift)
    k = (bits >> 52) - 1023
    f = np.int64((bits & 0xFFFFF_FFFFFFFF) + shift).view(np.float64) - 1.0
    s = f / (2.0 + f)
    low = k * _LN2_LOW + 2.0 * s * (s * s) * _polynomial(terms[:-1], s * s)
    value = k * _LN2_HIGH + (2.0 * s + low)
    return value if x < np.inf else x


@kernel(forceinline=True)
def _log1p_unit(x: float, terms: Terms) -> float:
    """Return ln(1 + x); above sqrt(2) - 1, as ln 2 + ln((1 + x) / 2)."""
    upper = x > _SQRT_2 - 1.0
    s = ((x - 1.0) / (x + 3.0)) if upper else (x / (x + 2.0))
    value = 2.0 * s * _polynomial(terms, s * s)
    return value + _LN2 if upper else value


@kernel(forceinline=True)
def _tanh(x: float, terms: Terms) -> float:
    """Return tanh x = m / (m + 2) with m = e**2x - 1."""
    m = _expm1(2.0 * _clamp(x, -25.0, 25.0), terms)
    return m / (m + 2.0)


@kernel(forceinline=True)
def _short_tanh(x: float, terms: tuple[Terms, Terms]) -> float:
    """Return tanh x for float32: half the operations, in chains of a third the length.

    Those decide, because a processor waits for each result of a chain.
    """
    x = _clamp(x, -9.02, 9.02)
    square = x * x
    return x * _polynomial(terms[0], square) / _polynomial(terms[1], square)


@kernel(forceinline=True)
def _sigmoid(x: float, terms: Terms) -> float:
    """Return 1 / (1 + e**-x)."""
    return 1.0 / (1.0 + _exp(-x, terms))


@kernel(forceinline=True)
def _normal_cdf(x: float, terms: Terms) -> float:
    """Return half the complementary error function of -x / sqrt(2)."""
    z = abs(x) / _SQRT_2
    u = 1.0 - 6.0 / (z + 3.0)
    erfcx = _polynomial(_ERFCX_EVEN, u * u) + u * _polynomial(_ERFCX_ODD, u * u)
    tail = 0.5 * _exp(-0.5 * (x * x), terms) * erfcx / (1.0 + 2.0 * z)
    # Two selects of constants: a choice between two results would become a branch.
    base = 1.0 if x > 0.0 else 0.0
    sign = -1.0 if x > 0.0 else 1.0
    return base + sign * tail


def _inside_kernels(
    wide: Any, terms32: Any, terms64: Terms, short: Any = None
) -> Callable[..., Any]:
    """Let a NumPy function stand for `wide`, in float32 `short`, in kernels."""
    short = short or wide

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        def choose(x: Any) -> Callable[..., Any] | None:
            if x == types.float32:
                return lambda x: np.float32(short(np.float64(x), terms32))
            if x == types.float64:
                return lambda x: wide(x, terms64)
            return None

        overload(function, strict=False, jit_options={"forceinline": True})(choose)
        return function

    return decorate


@_inside_kernels(_exp, _EXPM1[4:], _EXPM1)
def exp(x: Any) -> Any:
    """Return e**x; in float64, 0 below -708."""
    return np.exp(x)


@_inside_kernels(_expm1, _EXPM1[4:], _EXPM1)
def expm1(x: Any) -> Any:
    """Return e**x - 1 without cancellation near 0."""
    return np.expm1(x)


@_inside_kernels(_log, _ARTANH[4:], _ARTANH)
def log(x: Any) -> Any:
    """Return ln x for a normal number x > 0; inf and NaN stay what they are."""
    return np.log(x)


@_inside_kernels(_log1p_unit, _ARTANH[4:], _ARTANH)
def log1p_unit(x: Any) -> Any:
    """Return ln(1 + x) for 0 <= x <= 1."""
    return np.log1p(x)


@_inside_kernels(_tanh, (_TANH_P, _TANH_Q), _EXPM1, _short_tanh)
def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent."""
    return np.tanh(x)


@_inside_kernels(_sigmoid, _EXPM1[4:], _EXPM1)
def sigmoid(x: Any) -> Any:
    """Return 1 / (1 + e**-x)."""
    return 1 / (1 + np.exp(-x))


@_inside_kernels(_normal_cdf, _EXPM1[4:], _EXPM1)
def normal_cdf(x: Any) -> Any:
    """Return the standard normal distribution function at x."""
    return np.vectorize(lambda v: 0.5 * math.erfc(-v / _SQRT_2))(x)
