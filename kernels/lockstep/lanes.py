"""Models in lanes, and each by itself: square blocks are turned in registers."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from optlab.kernels.jit import kernel
from optlab.kernels.lockstep.tiles import LANE_BYTES
from optlab.kernels.typing import Array
from optlab.kernels.views import as_vector
from optlab.kernels.wide import widest


@intrinsic
def _turn(typing: Any, source: Any, target: Any, at: Any, steps: Any) -> Any:
    """Transpose a square of as many numbers a side as there are lanes.

    `at` and `steps` hold where the square begins in source and target, and how far its
    rows are apart. Rows that lie s apart exchange blocks of s numbers, for s = 1, 2, 4
    and so on.
    """
    size = source.dtype.bitwidth // 8
    width = LANE_BYTES // size

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        vector = ir.VectorType(context.get_value_type(source.dtype), width)
        masks = ir.VectorType(ir.IntType(32), width)
        kinds = zip((source, target), values, strict=False)
        places = [
            [
                builder.bitcast(
                    builder.gep(array, [builder.add(first, builder.mul(row, step))]),
                    vector.as_pointer(),
                )
                for row in (ir.Constant(first.type, k) for k in range(width))
            ]
            for array, first, step in (
                (
                    context.make_array(kind)(context, builder, value).data,
                    builder.extract_value(values[2], place),
                    builder.extract_value(values[3], place),
                )
                for place, (kind, value) in enumerate(kinds)
            )
        ]
        rows = [builder.load(place, align=size) for place in places[0]]
        apart = 1
        while apart < width:
            upper = [k if not k & apart else width + k - apart for k in range(width)]
            lower = [k + apart if not k & apart else width + k for k in range(width)]
            for i in (k for k in range(width) if not k & apart):
                pair = rows[i], rows[i + apart]
                for place, mask in ((i, upper), (i + apart, lower)):
                    rows[place] = builder.shuffle_vector(
                        *pair, ir.Constant(masks, mask)
                    )
            apart *= 2
        for row, place in zip(rows, places[1], strict=True):
            builder.store(row, place, align=size)
        return context.get_dummy_value()

    pair = types.UniTuple(types.intp, 2)
    return types.none(source, target, pair, pair), generate


@kernel
def lanes_first(z: Array, out: Array, count: int) -> None:
    """Put each lane of z into a row of its own.

    Parameters
    ----------
    z : ndarray, shape (numbers, lanes)
    out : ndarray of lanes times count numbers at least
        Contiguous; the rows follow each other.
    count : int
        So many numbers.
    """
    width = z.shape[1]
    k = 0
    while k + width <= count:
        _turn(z, out, (k * width, k), (width, count))
        k += width
    flat = as_vector(out)
    while k < count:
        for lane in range(width):
            flat[lane * count + k] = z[k, lane]
        k += 1


@kernel
def lanes_last(rows: Array, z: Array, count: int) -> None:
    """Undo `lanes_first`: put each row into a lane of z."""
    width = z.shape[1]
    k = 0
    while k + width <= count:
        _turn(rows, z, (k, k * width), (count, width))
        k += width
    flat = as_vector(rows)
    while k < count:
        for lane in range(width):
            z[k, lane] = flat[lane * count + k]
        k += 1


@kernel
def all_finite(x: Array) -> bool:
    """Whether a flat array has neither NaN nor infinity."""
    widest()
    zero = x.dtype.type(0)
    others = 0
    for k in range(x.size):
        # A count, unlike a way out of the loop, can be vectorised.
        others += x[k] * zero != zero
    return others == 0
