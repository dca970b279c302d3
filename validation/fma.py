"""The fused multiply-add, a*b + c with a single rounding, as XLA's code uses it.

Computing in float64 and rounding to float32 is not the same: the sum is then rounded
twice. LLVM's `fma` intrinsic is exact on every machine; it becomes one instruction
where the processor has it, and a call to the C library's `fma` where it has not.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba.extending import intrinsic

from optlab.kernels.jit import kernel


def _fma(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """Emit LLVM's fma for three scalars of one type."""
    if not a == b == c:
        return None

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return a(a, b, c), codegen


_scalar_fma: Any = intrinsic(_fma)


@kernel
def _fma_into(a: Any, b: Any, c: Any, out: Any) -> None:
    for i in range(out.size):
        out[i] = _scalar_fma(a[i], b[i], c[i])


def fma(
    a: npt.ArrayLike, b: npt.ArrayLike, c: npt.ArrayLike
) -> npt.NDArray[np.floating[Any]]:
    """Return a*b + c rounded once.

    Parameters
    ----------
    a, b, c : array_like of float32 or of float64
        One dtype; they broadcast against each other.

    Raises
    ------
    TypeError
        Where the dtypes differ, because casting would round again.
    """
    arrays = [np.asarray(value) for value in (a, b, c)]
    dtypes = {array.dtype for array in arrays}
    if len(dtypes) != 1 or not dtypes <= {np.dtype("f4"), np.dtype("f8")}:
        raise TypeError(
            "fma needs three arrays of float32 or three of float64. Received: "
            + ", ".join(array.dtype.name for array in arrays)
        )
    wide = np.broadcast_arrays(*arrays)
    out = np.empty(wide[0].shape, arrays[0].dtype)
    _fma_into(*(np.ravel(array) for array in wide), out.reshape(-1))
    return out
