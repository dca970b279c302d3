r"""bfloat16 and float16 as the bits of a uint16: read as float32, and rounded to.

Stochastic rounding goes up with the probability of how far the number is on its way
up, so that its mean is the number itself,

.. math:: \Pr[\mathrm{up}] = \frac{x - \lfloor x \rfloor}{\lceil x \rceil -
    \lfloor x \rfloor}

and what is smaller than a last place is not lost, as it is when every step rounds to
nearest. Adding noise below the last place and cutting it off does just that.

Every function runs on an array as well as on a number, to the same bits.

References
----------
Gupta, Agrawal, Gopalakrishnan, Narayanan, Deep learning with limited numerical
precision, 2015, section 3.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

_U = np.uint32
#: Bits of float32: infinity, 2^-14 (the least normal float16), a half.
_INFINITE, _LEAST, _HALF = _U(0x7F800000), _U(0x38800000), _U(0x3F000000)
#: Bits of float16: infinity.
_TOP = _U(0x7C00)
#: The exponent of float32 less that of float16.
_BIAS = _U(112 << 23)


def load_bfloat16(bits: Any) -> Any:
    """Return the number of a bfloat16: float32 with half of its bits."""
    return np.uint32(np.uint32(bits) << _U(16)).view(np.float32)


def nearest_bfloat16(x: Any, noise: Any) -> Any:
    """Round to nearest, ties to even; what is no number stays none."""
    bits = np.float32(x).view(np.uint32)
    odd = np.uint32(np.uint32(bits >> _U(16)) & _U(1))
    half = np.uint32(np.uint32(odd + _U(0x7FFF)) * np.uint32(x == x))
    return np.uint16(np.uint32(np.uint32(bits + half) >> _U(16)))


def stochastic_bfloat16(x: Any, noise: Any) -> Any:
    """Round up or down by a noise of 16 bits; what is no number stays none."""
    up = np.uint32(np.float32(x).view(np.uint32) + np.uint32(noise * np.uint32(x == x)))
    return np.uint16(np.uint32(up >> _U(16)))


def load_float16(bits: Any) -> Any:
    """Return the number of a float16, subnormals too."""
    bits = np.uint32(bits)
    sign = np.uint32(np.uint32(bits & _U(0x8000)) << _U(16))
    rest = np.uint32(np.uint32(bits & _U(0x7FFF)) << _U(13))
    size = np.float32(np.int32(bits & _U(0x3FF))) * np.float32(2.0**-24)
    small = np.uint32(np.float32(size).view(np.uint32) * np.uint32(rest < _U(1 << 23)))
    # The largest exponent stands for infinity, here and there.
    bias = np.uint32(_BIAS + np.uint32(_BIAS * np.uint32(rest >= _U(31 << 23))))
    normal = np.uint32(np.uint32(rest + bias) * np.uint32(rest >= _U(1 << 23)))
    return np.uint32(np.uint32(small | normal) | sign).view(np.float32)


def nearest_float16(x: Any, noise: Any) -> Any:
    """Round to nearest, ties to even; what is too large becomes infinite."""
    bits = np.float32(x).view(np.uint32)
    size = np.uint32(bits & _U(0x7FFFFFFF))
    odd = np.uint32(np.uint32(size >> _U(13)) & _U(1))
    up = np.uint32(np.uint32(size + odd) + _U(0xFFF))
    normal = np.uint32(np.minimum(np.uint32(np.uint32(up - _BIAS) >> _U(13)), _TOP))
    # The last place of a half is that of the subnormal numbers.
    half = np.float32(np.uint32(size).view(np.float32) + np.float32(0.5))
    small = np.uint32(np.float32(half).view(np.uint32) - _HALF)
    found = np.uint32(normal * np.uint32(size >= _LEAST))
    found = np.uint32(found + np.uint32(small * np.uint32(size < _LEAST)))
    found = np.uint32(found + np.uint32(_U(0x200) * np.uint32(size > _INFINITE)))
    return np.uint16(np.uint32(found | np.uint32(bits >> _U(16)) & _U(0x8000)))


def stochastic_float16(x: Any, noise: Any) -> Any:
    """Round up or down by a noise of 16 bits; what is too large becomes infinite."""
    bits = np.float32(x).view(np.uint32)
    size = np.uint32(bits & _U(0x7FFFFFFF))
    up = np.uint32(size + np.uint32(noise >> _U(3)))
    normal = np.uint32(np.minimum(np.uint32(np.uint32(up - _BIAS) >> _U(13)), _TOP))
    # In units of the subnormal numbers; what is not small is left out.
    least = np.uint32(size * np.uint32(size < _LEAST))
    part = np.uint32(least).view(np.float32) * np.float32(2.0**24)
    whole = np.int32(part)
    rest = np.float32(part - np.float32(whole))
    rest = np.float32(rest + np.float32(np.int32(noise)) * np.float32(2.0**-16))
    small = np.uint32(whole + np.int32(rest))
    found = np.uint32(normal * np.uint32(size >= _LEAST))
    found = np.uint32(found + np.uint32(small * np.uint32(size < _LEAST)))
    found = np.uint32(found + np.uint32(_U(0x200) * np.uint32(size > _INFINITE)))
    return np.uint16(np.uint32(found | np.uint32(bits >> _U(16)) & _U(0x8000)))


class Format(NamedTuple):
    """How numbers are kept: the dtype of their bits, and how they are read and written.

    Attributes
    ----------
    name : str
        Of the dtype.
    storage : str
        NumPy's dtype of the array.
    load : callable or None
        ``load(bits) -> float32``; None where they are float32.
    nearest, stochastic : callable or None
        ``round(float32, noise) -> bits``.
    """

    name: str
    storage: str
    load: Callable[..., Any] | None = None
    nearest: Callable[..., Any] | None = None
    stochastic: Callable[..., Any] | None = None


#: By name.
FORMATS: dict[str, Format] = {
    "float32": Format("float32", "float32"),
    "bfloat16": Format(
        "bfloat16", "uint16", load_bfloat16, nearest_bfloat16, stochastic_bfloat16
    ),
    "float16": Format(
        "float16", "uint16", load_float16, nearest_float16, stochastic_float16
    ),
}
