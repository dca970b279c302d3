"""Tiles of a matrix product: a few rows and columns whose sums are held in registers.

They are written in LLVM vectors of all lanes of one number, which every processor's
back end lowers to the registers that it has.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from optlab.kernels.wide import has_wide_registers

#: The bytes of all lanes of one number: one register of AVX-512, two of AVX.
LANE_BYTES = 64


class Shape(NamedTuple):
    """Rows and columns of a tile; the rows of one where a single column is left."""

    rows: int
    columns: int
    tall: int


#: What the sums of a tile need of the 32 registers that AVX-512 has, or of the 16 of
#: AVX, besides those for a and b. A sum is not used again for 4 cycles, in which two
#: units can do 8 others.
_SHAPES = {True: Shape(4, 4, 8), False: Shape(2, 3, 4)}


TILE = _SHAPES[has_wide_registers()]


def tile(rows: int, columns: int) -> Any:
    """Return an intrinsic that computes so many rows and columns of c.

    ``tile(a, b, c, at, steps, count, more)``: `at` where the tile lies in a, b and c,
    `steps` those of a by i and k, of b by k and j, of c by i and j, `count` the number
    of k, `more` whether the sums go on from what c holds.
    """

    @intrinsic
    def tile_of(
        typing: Any, a: Any, b: Any, c: Any, at: Any, steps: Any, count: Any, more: Any
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            arrays = [
                context.make_array(kind)(context, builder, value).data
                for kind, value in zip((a, b, c), values, strict=False)
            ]
            _Tile(context, builder, a, c, arrays, values[3:]).write(rows, columns)
            return context.get_dummy_value()

        six, three = types.UniTuple(types.intp, 6), types.UniTuple(types.intp, 3)
        taken = (a, b, c, three, six, types.intp, types.boolean)
        return types.none(*taken), generate

    return tile_of


class _Tile:
    """Writes the instructions of one tile."""

    def __init__(
        self, context: Any, builder: Any, a: Any, c: Any, arrays: Any, values: Any
    ) -> None:
        self.builder = builder
        self.scalar = context.get_value_type(c.dtype)
        self.size = c.dtype.bitwidth // 8
        self.width = LANE_BYTES // self.size
        self.vector = ir.VectorType(self.scalar, self.width)
        self.shared = a.ndim == 2
        at, steps, self.count, self.more = values
        self.begin = [
            builder.gep(array, [builder.extract_value(at, place)])
            for place, array in enumerate(arrays)
        ]
        self.step = [builder.extract_value(steps, k) for k in range(6)]
        self.index = self.step[0].type

    def write(self, rows: int, columns: int) -> None:
        """Write the loop over k between loading, or clearing, and storing the sums."""
        builder = self.builder
        fused = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(self.vector, [self.vector] * 3),
            f"llvm.fma.v{self.width}f{8 * self.size}",
        )
        cells = [(i, j) for i in range(rows) for j in range(columns)]
        zero = ir.Constant(self.vector, [0.0] * self.width)
        start = builder.append_basic_block("tile.start")
        head = builder.append_basic_block("tile.head")
        body = builder.append_basic_block("tile.body")
        done = builder.append_basic_block("tile.done")
        entry = builder.block
        builder.cbranch(self.more, start, head)
        builder.position_at_end(start)
        held = {cell: self._load(self._cell(*cell)) for cell in cells}
        builder.branch(head)
        builder.position_at_end(head)
        k = builder.phi(self.index)
        at_a, at_b = (builder.phi(pointer.type) for pointer in self.begin[:2])
        sums = {cell: builder.phi(self.vector) for cell in cells}
        for block, first in ((entry, dict.fromkeys(cells, zero)), (start, held)):
            k.add_incoming(ir.Constant(self.index, 0), block)
            at_a.add_incoming(self.begin[0], block)
            at_b.add_incoming(self.begin[1], block)
            for cell in cells:
                sums[cell].add_incoming(first[cell], block)
        builder.cbranch(builder.icmp_signed("<", k, self.count), body, done)
        builder.position_at_end(body)
        right = [self._load(self._off(at_b, self.step[3], j)) for j in range(columns)]
        for i in range(rows):
            place = self._off(at_a, self.step[0], i)
            left = self._spread(place) if self.shared else self._load(place)
            for j in range(columns):
                total = builder.call(fused, [left, right[j], sums[i, j]])
                sums[i, j].add_incoming(total, body)
        k.add_incoming(builder.add(k, ir.Constant(self.index, 1)), body)
        at_a.add_incoming(builder.gep(at_a, [self.step[1]]), body)
        at_b.add_incoming(builder.gep(at_b, [self.step[2]]), body)
        builder.branch(head)
        builder.position_at_end(done)
        for cell in cells:
            where = builder.bitcast(self._cell(*cell), self.vector.as_pointer())
            builder.store(sums[cell], where, align=self.size)

    def _off(self, pointer: Any, step: Any, times: int) -> Any:
        return self.builder.gep(
            pointer, [self.builder.mul(ir.Constant(self.index, times), step)]
        )

    def _cell(self, i: int, j: int) -> Any:
        return self._off(self._off(self.begin[2], self.step[4], i), self.step[5], j)

    def _load(self, pointer: Any) -> Any:
        where = self.builder.bitcast(pointer, self.vector.as_pointer())
        return self.builder.load(where, align=self.size)

    def _spread(self, pointer: Any) -> Any:
        """Load one number into all lanes."""
        number = ir.IntType(32)
        one = self.builder.insert_element(
            ir.Constant(self.vector, ir.Undefined),
            self.builder.load(pointer),
            ir.Constant(number, 0),
        )
        zeros = ir.Constant(ir.VectorType(number, self.width), [0] * self.width)
        return self.builder.shuffle_vector(one, one, zeros)
