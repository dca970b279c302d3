"""Loops in the widest registers that the processor has.

LLVM prefers 256 bits on most processors with AVX-512, because the first of them ran
slower with more. Where a loop is mostly arithmetic, 512 bits take half the time of it.
No bit of an elementwise loop depends on that.
"""

from __future__ import annotations

from typing import Any

import llvmlite.binding as llvm
from numba import types
from numba.core import config
from numba.extending import intrinsic


def has_wide_registers() -> bool:
    """Whether Numba compiles for AVX-512: 32 registers of 512 bits, not 16 of 256."""
    if config.CPU_FEATURES is None:
        return bool(llvm.get_host_cpu_features().get("avx512f"))
    return "+avx512f" in config.CPU_FEATURES


@intrinsic
def widest(typing: Any) -> Any:
    """Let the loops of the kernel that calls this use registers of 512 bits."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        # llvmlite's own `add` knows no attributes with a value.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), generate
