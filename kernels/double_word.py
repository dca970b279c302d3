r"""Double-word arithmetic: an unevaluated sum of two floats carries twice the digits.

A pair (h, l) stands for h + l with :math:`|l| \le \tfrac12 \mathrm{ulp}(h)`. Products
are made exact by splitting factors into halves (Veltkamp), which needs no fused
multiply-add, so the bits are the same on every machine.

Functions are named by what they take: `f` a float, `w` a double word. Every one is
inlined into its caller and works for float32 and float64 alike; what they need of the
dtype is handed in as `splitter`.

References
----------
Dekker, A floating-point technique for extending the available precision, 1971.
Joldes, Muller and Popescu, Tight and rigorous error bounds for basic building blocks of
double-word arithmetic, 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.kernels.jit import kernel

#: 2**ceil(p / 2) + 1 for p significant bits: what `_halves` multiplies by.
SPLITTER_32 = np.float32(2**12 + 1)
SPLITTER_64 = np.float64(2**27 + 1)


@kernel(forceinline=True)
def _halves(x: Any, splitter: Any) -> Any:
    """Split a float into a leading and a trailing half of its bits."""
    scaled = splitter * x
    leading = (x - scaled) + scaled
    return leading, x - leading


@kernel(forceinline=True)
def add_ff(x: Any, y: Any) -> Any:
    """Add two floats exactly, where the first is the larger in magnitude."""
    high = x + y
    return high, y - (high - x)


@kernel(forceinline=True)
def add_fw(x: Any, y: Any, y_low: Any) -> Any:
    """Add a double word to a float that is larger."""
    high, low = add_ff(x, y)
    return add_ff(high, y_low + low)


@kernel(forceinline=True)
def add_ww(x: Any, x_low: Any, y: Any, y_low: Any) -> Any:
    """Add two double words, where the first is the larger in magnitude."""
    high, low = add_ff(x, y)
    return add_ff(high, (y_low + low) + x_low)


@kernel(forceinline=True)
def multiply_ff(x: Any, y: Any, splitter: Any) -> Any:
    """Multiply two floats exactly."""
    high = x * y
    x_1, x_2 = _halves(x, splitter)
    y_1, y_2 = _halves(y, splitter)
    return high, x_2 * y_2 + (x_2 * y_1 + (x_1 * y_2 + (x_1 * y_1 - high)))


@kernel(forceinline=True)
def multiply_wf(x: Any, x_low: Any, y: Any, splitter: Any) -> Any:
    """Multiply a double word by a float."""
    product, error = multiply_ff(x, y, splitter)
    high, low = add_ff(product, x_low * y)
    return add_ff(high, low + error)


@kernel(forceinline=True)
def multiply_ww(x: Any, x_low: Any, y: Any, y_low: Any, splitter: Any) -> Any:
    """Multiply two double words."""
    large, large_low = multiply_wf(x, x_low, y, splitter)
    small, small_low = multiply_wf(x, x_low, y_low, splitter)
    return add_ww(large, large_low, small, small_low)


@kernel(forceinline=True)
def divide_wf(x: Any, x_low: Any, y: Any, splitter: Any) -> Any:
    """Divide a double word by a float."""
    quotient = x / y
    product, error = multiply_ff(quotient, y, splitter)
    rest = ((x - product) - error) + x_low
    return add_ff(quotient, rest / y)
