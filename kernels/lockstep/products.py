r"""Matrix products of many models at once, the model in the last axis.

.. math:: c_{ijl} = \sum_k a_{ikl} \, b_{kjl}

for lane l. All three products of a dense layer are this one with other strides, and
where every model sees the same rows, a has no lanes. A tile of sums is held in
registers. Each sum runs over k in order, in one accumulator, with one rounding a term
(a fused multiply-add, as in BLAS), whatever the tile, the other lanes and the
processor: so a lane's bits depend on that lane alone.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from optlab.kernels.jit import kernel
from optlab.kernels.typing import Array

#: The bytes of all lanes of one number: two AVX registers, or one of AVX-512.
LANE_BYTES = 64
#: Rows and columns of a tile: twelve registers of sums of the sixteen that AVX has.
TILE = (2, 3)


def lanes(itemsize: int) -> int:
    """Return how many models advance together: 16 in float32, 8 in float64."""
    return LANE_BYTES // itemsize


def _tile(rows: int, columns: int) -> Any:
    """Return an intrinsic that computes a tile of so many rows and columns of c."""

    @intrinsic
    def tile(
        typing: Any, a: Any, b: Any, c: Any, at: Any, steps: Any, count: Any
    ) -> Any:
        """Offsets of the tile in a, b, c; steps (a by i, k; b by k, j; c by i, j)."""
        shared = a.ndim == 2
        width = lanes(c.dtype.bitwidth // 8)

        def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            scalar = context.get_value_type(c.dtype)
            vector = ir.VectorType(scalar, width)
            pointers = [
                builder.gep(
                    context.make_array(kind)(context, builder, value).data,
                    [builder.extract_value(values[3], place)],
                )
                for place, (kind, value) in enumerate(
                    zip((a, b, c), values, strict=False)
                )
            ]
            step = [builder.extract_value(values[4], k) for k in range(6)]
            index = step[0].type
            suffix = "f32" if c.dtype == types.float32 else "f64"
            fused = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(vector, [vector] * 3),
                f"llvm.fma.v{width}{suffix}",
            )
            align = c.dtype.bitwidth // 8

            def load(pointer: Any, offset: Any) -> Any:
                where = builder.gep(pointer, [offset])
                where = builder.bitcast(where, vector.as_pointer())
                return builder.load(where, align=align)

            def splat(pointer: Any, offset: Any) -> Any:
                value = builder.load(builder.gep(pointer, [offset]))
                one = builder.insert_element(
                    ir.Constant(vector, ir.Undefined),
                    value,
                    ir.Constant(ir.IntType(32), 0),
                )
                zeros = ir.Constant(ir.VectorType(ir.IntType(32), width), [0] * width)
                return builder.shuffle_vector(one, one, zeros)

            read_a = splat if shared else load
            zero = ir.Constant(vector, [0.0] * width)
            entry = builder.block
            head = builder.append_basic_block("tile.head")
            body = builder.append_basic_block("tile.body")
            done = builder.append_basic_block("tile.done")
            builder.branch(head)
            builder.position_at_end(head)
            k = builder.phi(index)
            k.add_incoming(ir.Constant(index, 0), entry)
            sums = {}
            for i in range(rows):
                for j in range(columns):
                    sums[i, j] = builder.phi(vector)
                    sums[i, j].add_incoming(zero, entry)
            builder.cbranch(builder.icmp_signed("<", k, values[5]), body, done)
            builder.position_at_end(body)
            at_a, at_b = builder.mul(k, step[1]), builder.mul(k, step[2])
            left = [
                read_a(
                    pointers[0],
                    builder.add(at_a, builder.mul(ir.Constant(index, i), step[0])),
                )
                for i in range(rows)
            ]
            right = [
                load(
                    pointers[1],
                    builder.add(at_b, builder.mul(ir.Constant(index, j), step[3])),
                )
                for j in range(columns)
            ]
            for (i, j), total in sums.items():
                total.add_incoming(
                    builder.call(fused, [left[i], right[j], total]), body
                )
            k.add_incoming(builder.add(k, ir.Constant(index, 1)), body)
            builder.branch(head)
            builder.position_at_end(done)
            for (i, j), total in sums.items():
                offset = builder.add(
                    builder.mul(ir.Constant(index, i), step[4]),
                    builder.mul(ir.Constant(index, j), step[5]),
                )
                where = builder.bitcast(
                    builder.gep(pointers[2], [offset]), vector.as_pointer()
                )
                builder.store(total, where, align=align)
            return context.get_dummy_value()

        six = types.UniTuple(types.intp, 6)
        three = types.UniTuple(types.intp, 3)
        return types.none(a, b, c, three, six, types.intp), generate

    return tile


_FULL = _tile(*TILE)
_WIDE = _tile(1, TILE[1])
_TALL = _tile(TILE[0], 1)
_ONE = _tile(1, 1)


@kernel
def _product(
    a: Array, b: Array, c: Array, size: tuple[int, int, int], steps: tuple[int, ...]
) -> None:
    """Cover c with tiles; `size` is the number of i, j and k."""
    rows, columns, count = size
    i = 0
    while i < rows:
        tall = i + TILE[0] <= rows
        j = 0
        while j < columns:
            at = (i * steps[0], j * steps[3], i * steps[4] + j * steps[5])
            if j + TILE[1] <= columns:
                if tall:
                    _FULL(a, b, c, at, steps, count)
                else:
                    _WIDE(a, b, c, at, steps, count)
                j += TILE[1]
            else:
                if tall:
                    _TALL(a, b, c, at, steps, count)
                else:
                    _ONE(a, b, c, at, steps, count)
                j += 1
        i += TILE[0] if tall else 1


@kernel
def multiply(x: Array, w: Array, z: Array) -> None:
    """Put x w into z.

    Parameters
    ----------
    x : ndarray, shape (rows, inputs) or (rows, inputs, lanes)
    w : ndarray, shape (inputs, units, lanes)
    z : ndarray, shape (rows, units, lanes)
    """
    rows, units, width = z.shape
    inputs = x.shape[1]
    last = 1 if x.ndim == 2 else width
    steps = (inputs * last, last, units * width, width, units * width, width)
    _product(x, w, z, (rows, units, inputs), steps)


@kernel
def weight_gradient(x: Array, grad: Array, w_grad: Array) -> None:
    """Put the sum over the rows of x times grad into w_grad."""
    rows, units, width = grad.shape
    inputs = x.shape[1]
    last = 1 if x.ndim == 2 else width
    steps = (last, inputs * last, units * width, width, units * width, width)
    _product(x, grad, w_grad, (inputs, units, rows), steps)


@kernel
def input_gradient(grad: Array, w: Array, x_grad: Array) -> None:
    """Put grad times w transposed into x_grad."""
    rows, units, width = grad.shape
    inputs = w.shape[0]
    steps = (units * width, width, width, units * width, inputs * width, width)
    _product(grad, w, x_grad, (rows, inputs, units), steps)


@kernel
def add_bias(z: Array, bias: Array) -> None:
    """Add a bias of shape (units, lanes) to each row of z."""
    rows = z.shape[0]
    wide = bias.size
    flat, added = z.reshape(rows, wide), bias.reshape(wide)
    for r in range(rows):
        for j in range(wide):
            flat[r, j] += added[j]


@kernel
def bias_gradient(grad: Array, bias_grad: Array) -> None:
    """Sum grad over the rows, in order."""
    rows = grad.shape[0]
    wide = bias_grad.size
    flat, total = grad.reshape(rows, wide), bias_grad.reshape(wide)
    total[:] = 0
    for r in range(rows):
        for j in range(wide):
            total[j] += flat[r, j]
