"""One leaf of the summation tree, in vector instructions: four accumulators of P lanes.

A leaf x of n values is reduced as Eigen reduces it, P = 8 (float32) or 4 (float64):

    a_j   = x[jP : jP + P] + x[(j + 4)P : (j + 4)P + P] + ...    j = 0, 1, 2, 3
    a     = ((a_0 + a_1) + a_2) + a_3, then the whole packets that are left, in order
    tail  = ((0 + x[..]) + x[..]) + ...                          the last n mod P values
    sum   = tail + (a halved until one lane is left, first half + second half)

The order is fixed, so a compiler may not reorder a scalar loop into this; it is written
in LLVM vectors, which every processor's back end lowers to what it has.

References
----------
Eigen, unsupported/Eigen/CXX11/src/Tensor/TensorReduction.h, `InnerMostDimReducer`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

#: Bytes in one packet, whatever the machine's own vector width is.
PACKET_BYTES = 32
#: Accumulators that run side by side.
STREAMS = 4


def _leaf_codegen(square: bool) -> Callable[..., Any]:
    """Build the code generator of a leaf's sum, of the values or of their squares."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array_type = signature.args[0]
        array = context.make_array(array_type)(context, builder, args[0])
        first, count = args[1], args[2]
        scalar = context.get_value_type(array_type.dtype)
        size = array_type.dtype.bitwidth // 8
        lanes = PACKET_BYTES // size
        index = first.type

        def constant(value: int) -> ir.Constant:
            return ir.Constant(index, value)

        def take(position: Any, width: int) -> Any:
            """Load `width` values from `position` on, squared where asked."""
            pointer = builder.gep(array.data, [builder.add(first, position)])
            if width > 1:
                kind = ir.VectorType(scalar, width).as_pointer()
                pointer = builder.bitcast(pointer, kind)
            value = builder.load(pointer, align=size)
            return builder.fmul(value, value) if square else value

        def accumulate(start: Any, stop: Any, width: int, initial: Any) -> Any:
            """Add runs of `width` values in order, from `start` up to `stop`."""
            slot = cgutils.alloca_once(builder, initial.type)
            builder.store(initial, slot)
            step = constant(width)
            with cgutils.for_range_slice(builder, start, stop, step, inc=True) as loop:
                total = builder.fadd(builder.load(slot), take(loop[0], width))
                builder.store(total, slot)
            return builder.load(slot)

        def part(vector: Any, start: int, width: int) -> Any:
            """Take `width` lanes of a vector from lane `start` on."""
            mask = ir.Constant(
                ir.VectorType(ir.IntType(32), width), list(range(start, start + width))
            )
            return builder.shuffle_vector(vector, vector, mask)

        whole = builder.and_(count, constant(-STREAMS * lanes))
        packed = builder.and_(count, constant(-lanes))
        wide_type = ir.VectorType(scalar, STREAMS * lanes)
        wide_zero = ir.Constant(wide_type, [0.0] * (STREAMS * lanes))
        streams = accumulate(constant(0), whole, STREAMS * lanes, wide_zero)
        packet = part(streams, 0, lanes)
        for stream in range(1, STREAMS):
            packet = builder.fadd(packet, part(streams, stream * lanes, lanes))
        packet = accumulate(whole, packed, lanes, packet)
        tail = accumulate(packed, count, 1, ir.Constant(scalar, 0.0))
        width = lanes
        while width > 1:
            width //= 2
            packet = builder.fadd(part(packet, 0, width), part(packet, width, width))
        lane = builder.extract_element(packet, ir.Constant(ir.IntType(32), 0))
        return builder.fadd(tail, lane)

    return codegen


@intrinsic
def sum_leaf(typingctx: Any, x: Any, first: Any, count: Any) -> Any:
    """Sum ``x[first:first + count]`` of a contiguous array as one leaf."""
    return x.dtype(x, types.int64, types.int64), _leaf_codegen(square=False)


@intrinsic
def sum_squares_leaf(typingctx: Any, x: Any, first: Any, count: Any) -> Any:
    """Sum the rounded squares of ``x[first:first + count]`` as one leaf."""
    return x.dtype(x, types.int64, types.int64), _leaf_codegen(square=True)
