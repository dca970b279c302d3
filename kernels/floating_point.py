"""The floating-point mode: subnormals flushed to zero, as TensorFlow does.

On x86-64 the bits FTZ and DAZ of MXCSR, on ARM64 the bit FZ of FPCR. The mode belongs
to a thread: it must be set in the thread that does the work.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from optlab.kernels.jit import kernel

_MACHINE = platform.machine().lower()
_X86 = _MACHINE in ("x86_64", "amd64")
_ARM = _MACHINE in ("aarch64", "arm64")
#: Flush-to-zero and denormals-are-zero (x86-64); flush-to-zero (ARM64).
_FLUSH = 0x8040 if _X86 else 1 << 24


@intrinsic
def get_mode(typingctx: Any) -> Any:
    """Read the floating-point control register of this thread."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        if _X86:
            slot = cgutils.alloca_once(builder, ir.IntType(32))
            pointer = ir.IntType(8).as_pointer()
            stmxcsr = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(ir.VoidType(), [pointer]),
                "llvm.x86.sse.stmxcsr",
            )
            builder.call(stmxcsr, [builder.bitcast(slot, pointer)])
            return builder.zext(builder.load(slot), ir.IntType(64))
        if _ARM:
            read = ir.InlineAsm(
                ir.FunctionType(ir.IntType(64), []), "mrs $0, fpcr", "=r", True
            )
            return builder.call(read, [])
        return ir.Constant(ir.IntType(64), 0)

    return types.int64(), codegen


@intrinsic
def set_mode(typingctx: Any, mode: Any) -> Any:
    """Write the floating-point control register of this thread."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        (value,) = args
        if _X86:
            slot = cgutils.alloca_once(builder, ir.IntType(32))
            builder.store(builder.trunc(value, ir.IntType(32)), slot)
            pointer = ir.IntType(8).as_pointer()
            ldmxcsr = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(ir.VoidType(), [pointer]),
                "llvm.x86.sse.ldmxcsr",
            )
            builder.call(ldmxcsr, [builder.bitcast(slot, pointer)])
        elif _ARM:
            write = ir.InlineAsm(
                ir.FunctionType(ir.VoidType(), [ir.IntType(64)]),
                "msr fpcr, $0",
                "r",
                True,
            )
            builder.call(write, [value])
        return context.get_dummy_value()

    return types.void(types.int64), codegen


@kernel
def flush_on() -> int:
    """Switch this thread to flushing; return the mode to give back to `restore`."""
    mode = get_mode()
    set_mode(mode | _FLUSH)
    return mode


@kernel
def restore(mode: int) -> None:
    """Put back the mode that `flush_on` returned."""
    set_mode(mode)


@contextmanager
def flush_subnormals() -> Iterator[None]:
    """Flush subnormals to zero in this thread, NumPy's own loops included."""
    mode = flush_on()
    try:
        yield
    finally:
        restore(mode)
