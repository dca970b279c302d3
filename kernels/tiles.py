r"""One tile of a matrix product whose left operand is never laid out as a matrix.

A convolution, its gradients and the transposed convolution are all

.. math:: c_{m, n} = \sum_k a_{\mathrm{rows}(m) + \mathrm{step}(k)} \, b_{k, n}

with a table of the places where rows begin and up to three nested strides for the sum
(window rows, window columns, channels). So no window is copied ("im2col"). A tile is
`ROWS` rows by one or two packets of columns, which is what stays in the processor's
registers; the sum runs in the order of k, by fused multiply-adds where the processor
has them. So no bit depends on the size of a tile.

It is written in LLVM vectors, because a compiler that may not reorder sums does not
find this loop.

References
----------
Goto and van de Geijn (2008), "Anatomy of high-performance matrix multiplication".
Zhang, Franchetti and Low (2018), "High performance zero-memory overhead direct
convolutions", ICML.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from optlab.kernels.wide import has_wide_registers

#: Bytes of a packet, and the rows of a tile: with two packets of columns, its sums, a
#: row of the right operand and one value of the left fill the registers.
PACKET_BYTES, ROWS = (64, 12) if has_wide_registers() else (32, 6)
#: Packets of the columns of a panel: the right operand is cut into panels.
PACKETS = 2
#: What happens to a finished tile: it is stored, added to what is there, or stored
#: after adding the bias, or after adding the bias and taking max(., 0).
STORE, ADD, BIAS, RELU = range(4)


def _codegen(packets: int) -> Callable[..., Any]:
    """Build the code generator of a tile that is `packets` packets wide."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        data = []
        for kind, value in zip(signature.args, args, strict=True):
            if isinstance(kind, types.Array):
                value = context.make_array(kind)(context, builder, value).data
            data.append(value)
        a, a_start, a_rows, a_row, b, b_start, levels = data[:7]
        c, c_rows, c_row, c_column, bias, bias_column, mode = data[7:]
        dtype = signature.args[0].dtype
        scalar = context.get_value_type(dtype)
        size = dtype.bitwidth // 8
        lanes = PACKET_BYTES // size
        packet = ir.VectorType(scalar, lanes)
        index = a_start.type
        zero = ir.Constant(packet, [0.0] * lanes)
        fma = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(packet, [packet] * 3),
            f"llvm.fmuladd.v{lanes}f{dtype.bitwidth}",
        )

        def constant(value: int) -> ir.Constant:
            return ir.Constant(index, value)

        def number(array: Any, place: Any) -> Any:
            return builder.load(builder.gep(array, [place]))

        def vector_at(array: Any, place: Any, part: int) -> Any:
            place = builder.add(place, constant(part * lanes))
            pointer = builder.gep(array, [place])
            return builder.bitcast(pointer, packet.as_pointer())

        def filled(value: Any) -> Any:
            one = builder.insert_element(
                ir.Constant(packet, ir.Undefined), value, ir.Constant(ir.IntType(32), 0)
            )
            mask = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
            return builder.shuffle_vector(one, ir.Constant(packet, ir.Undefined), mask)

        cells = [(m, p) for m in range(ROWS) for p in range(packets)]
        total = {cell: cgutils.alloca_once(builder, packet) for cell in cells}
        for cell in cells:
            builder.store(zero, total[cell])

        def rows_of(table: Any, first: Any) -> list[Any]:
            """Read where the rows of the tile begin."""
            return [number(table, builder.add(first, constant(m))) for m in range(ROWS)]

        starts = [
            builder.gep(a, [builder.add(a_start, place)])
            for place in rows_of(a_rows, a_row)
        ]
        level = [number(levels, constant(i)) for i in range(9)]

        def loop(depth: int, a_place: Any, b_place: Any) -> None:
            count, a_step, b_step = level[3 * depth : 3 * depth + 3]
            with cgutils.for_range(builder, count, intp=index) as step:
                a_here = builder.add(a_place, builder.mul(step.index, a_step))
                b_here = builder.add(b_place, builder.mul(step.index, b_step))
                if depth < 2:
                    loop(depth + 1, a_here, b_here)
                    return
                right = [
                    builder.load(vector_at(b, b_here, p), align=size)
                    for p in range(packets)
                ]
                for m in range(ROWS):
                    left = filled(number(starts[m], a_here))
                    for p in range(packets):
                        slot = total[m, p]
                        builder.store(
                            builder.call(fma, [left, right[p], builder.load(slot)]),
                            slot,
                        )

        loop(0, constant(0), b_start)

        def is_mode(value: int) -> Any:
            return builder.icmp_signed("==", mode, ir.Constant(mode.type, value))

        places = [builder.add(place, c_column) for place in rows_of(c_rows, c_row)]
        target = {(m, p): vector_at(c, places[m], p) for m, p in cells}
        with builder.if_then(is_mode(ADD)):
            # All are read before any is written: a row may be there twice.
            for cell in cells:
                before = builder.load(target[cell], align=size)
                builder.store(
                    builder.fadd(before, builder.load(total[cell])), total[cell]
                )
        with builder.if_then(builder.icmp_signed(">=", mode, mode.type(BIAS))):
            added = [
                builder.load(vector_at(bias, bias_column, p), align=size)
                for p in range(packets)
            ]
            for m, p in cells:
                builder.store(
                    builder.fadd(builder.load(total[m, p]), added[p]), total[m, p]
                )
        with builder.if_then(is_mode(RELU)):
            for cell in cells:
                value = builder.load(total[cell])
                low = builder.fcmp_ordered("<=", value, zero)
                builder.store(builder.select(low, zero, value), total[cell])
        for cell in cells:
            builder.store(builder.load(total[cell]), target[cell], align=size)
        return context.get_dummy_value()

    return codegen


def _intrinsic(packets: int) -> Any:
    """Make the function that computes a tile of `packets` packets (for use in kernels).

    Its arguments, all arrays flat:

    - a, a_start, a_rows, a_row: the left operand, where to begin in it, the table of
      the places where rows begin, and the tile's first row in the table.
    - b, b_start: the right operand, and where its columns begin.
    - levels: count, step in a, step in b of each of the three nested sums, outer first.
    - c, c_rows, c_row, c_column: the result, its table of rows, and the tile's first
      row and column. The same row may be in both tables several times.
    - bias, bias_column: what is added to the columns, and where they begin in it.
    - mode: `STORE`, `ADD`, `BIAS` or `RELU`.
    """

    @intrinsic
    def tile(
        typingctx: Any,
        a: Any,
        a_start: Any,
        a_rows: Any,
        a_row: Any,
        b: Any,
        b_start: Any,
        levels: Any,
        c: Any,
        c_rows: Any,
        c_row: Any,
        c_column: Any,
        bias: Any,
        bias_column: Any,
        mode: Any,
    ) -> Any:
        left = a, a_start, a_rows, a_row
        right = b, b_start, levels
        result = c, c_rows, c_row, c_column, bias, bias_column, mode
        return types.void(*left, *right, *result), _codegen(packets)

    return tile


tile_wide = _intrinsic(2)
tile_narrow = _intrinsic(1)
