"""Powers of the betas that the C library does not round correctly.

The page raises a beta to the step with whole numbers and rounds once, correctly. The C
library is nearly always right too; what it rounds otherwise is listed here, and the
page looks it up, so that the library's numbers are kept on any browser.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Collection, Iterator

import numpy as np

from optlab.kernels.libm import power


def exceptions(bases: Collection[float], steps: int, dtype: str) -> dict[str, float]:
    """Return ``"BITS^step" -> power`` where the C library does not round correctly.

    Parameters
    ----------
    bases : collection of float
        Betas. tf.keras's are rounded to float32 and raised; the others are raised in
        float64, as one less what the dtype keeps of one less beta.
    steps : int
        Exponents 1 to this.
    dtype : {"float32", "float64"}
        What is raised, and rounded to.
    """
    number = np.dtype(dtype).type
    found = {}
    raised = {float(np.float32(b)) for b in bases}
    if dtype == "float64":
        raised |= {1.0 - (1.0 - b) for b in bases}
        raised |= {1.0 - float(np.float32(1.0 - b)) for b in bases}
    for base in sorted(raised):
        for step, exact in zip(range(1, steps + 1), _powers(base, dtype), strict=False):
            got = float(power(number(base), number(step)))
            if got != exact:
                found[f"{hexadecimal(base)}^{step}"] = got
    return found


def hexadecimal(value: float) -> str:
    """Return the 64 bits of a number as 16 hexadecimal digits."""
    return struct.pack(">d", value).hex()


def _powers(base: float, dtype: str) -> Iterator[float]:
    """Yield base, base^2, ..., each from 160 bits, rounded once."""
    numerator, denominator = base.as_integer_ratio()
    mantissa, exponent = 1, 0
    while True:
        mantissa *= numerator
        exponent -= denominator.bit_length() - 1
        spare = mantissa.bit_length() - 160
        if spare > 0:
            mantissa >>= spare
            exponent += spare
        yield _rounded(mantissa, exponent, dtype)


def _rounded(mantissa: int, exponent: int, dtype: str) -> float:
    """Round to the dtype; what is below its normal numbers is flushed to 0."""
    spare = mantissa.bit_length() - (24 if dtype == "float32" else 53)
    if spare > 0:
        half, rest = 1 << (spare - 1), mantissa & ((1 << spare) - 1)
        mantissa >>= spare
        mantissa += rest > half or (rest == half and mantissa & 1)
        exponent += spare
    value = math.ldexp(mantissa, exponent)
    return value if value >= float(np.finfo(dtype).tiny) else 0.0
