"""Arrays made from addresses inside a kernel: tensors that share no arena."""

from __future__ import annotations

from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from optlab.kernels.jit import kernel


@intrinsic
def _as_pointer(typingctx: Any, address: Any) -> Any:
    """Read an integer as a pointer."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.inttoptr(args[0], ir.IntType(8).as_pointer())

    return types.voidptr(address), codegen


@kernel
def array_at(address: int, size: int, like: Any) -> Any:
    """Return the flat array of `size` values at `address`, of the dtype of `like`.

    The caller must keep the memory alive.
    """
    return numba.carray(_as_pointer(address), size, like.dtype)
