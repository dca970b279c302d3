r"""Double-word arithmetic: an unevaluated sum of two floats carries twice the digits.

A pair (h, l) stands for h + l with :math:`|l| \le \tfrac12 \mathrm{ulp}(h)`. The error
of a product is a float, which one fused multiply-add finds exactly: the same number
that splitting both factors into halves finds in 17 operations (Dekker), so the bits are
the same on every machine. Where a processor has no such instruction, the C library
stands in for it.

Functions are named by what they take: `f` a float, `w` a double word. Every one is
inlined into its caller and works for float32 and float64 alike.

References
----------
Joldes, Muller and Popescu, Tight and rigorous error bounds for basic building blocks of
double-word arithmetic, 2017.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.extending import intrinsic

from optlab.kernels.jit import kernel


@intrinsic
def _multiply_add(typing_context: Any, x: Any, y: Any, z: Any) -> Any:
    """Return x * y + z, rounded once."""
    if not (x == y == z and isinstance(x, types.Float)):
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return x(x, y, z), codegen


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
def multiply_ff(x: Any, y: Any) -> Any:
    """Multiply two floats exactly."""
    high = x * y
    return high, _multiply_add(x, y, -high)


@kernel(forceinline=True)
def multiply_wf(x: Any, x_low: Any, y: Any) -> Any:
    """Multiply a double word by a float."""
    product, error = multiply_ff(x, y)
    high, low = add_ff(product, x_low * y)
    return add_ff(high, low + error)


@kernel(forceinline=True)
def multiply_ww(x: Any, x_low: Any, y: Any, y_low: Any) -> Any:
    """Multiply two double words."""
    large, large_low = multiply_wf(x, x_low, y)
    small, small_low = multiply_wf(x, x_low, y_low)
    return add_ww(large, large_low, small, small_low)


@kernel(forceinline=True)
def divide_wf(x: Any, x_low: Any, y: Any) -> Any:
    """Divide a double word by a float."""
    quotient = x / y
    product, error = multiply_ff(quotient, y)
    rest = ((x - product) - error) + x_low
    return add_ff(quotient, rest / y)
