"""Other shapes of a contiguous array, without the calls that NumPy's own take.

They do not keep the array alive: a kernel may take them of its arguments, and of what
it holds until it ends.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload
from numba.np.arrayobj import populate_array

from optlab.kernels.typing import Array


def _made(
    context: Any, builder: Any, kind: Any, source: Any, begin: Any, shape: Any
) -> Any:
    """Return the array structure of a part of another's memory."""
    made = context.make_array(kind)(context, builder)
    strides = [source.itemsize]
    for size in reversed(shape[1:]):
        strides.insert(0, builder.mul(strides[0], size))
    data = builder.gep(source.data, [begin])
    populate_array(made, data, shape, strides, source.itemsize, None)
    return made._getvalue()


@intrinsic
def _vector(typing: Any, array: Any) -> Any:
    kind = types.Array(array.dtype, 1, "C", readonly=not array.mutable)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        source = context.make_array(array)(context, builder, values[0])
        zero = context.get_constant(types.intp, 0)
        return _made(context, builder, kind, source, zero, [source.nitems])

    return kind(array), generate


@intrinsic
def _rows(typing: Any, array: Any, first: Any, last: Any) -> Any:
    kind = types.Array(array.dtype, 2, "C", readonly=not array.mutable)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        source = context.make_array(array)(context, builder, values[0])
        wide = context.get_constant(types.intp, 1)
        for size in cgutils.unpack_tuple(builder, source.shape)[1:]:
            wide = builder.mul(wide, size)
        shape = [builder.sub(values[2], values[1]), wide]
        begin = builder.mul(values[1], wide)
        return _made(context, builder, kind, source, begin, shape)

    return kind(array, types.intp, types.intp), generate


@intrinsic
def _part(typing: Any, array: Any, first: Any, last: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        source = context.make_array(array)(context, builder, values[0])
        shape = [builder.sub(values[2], values[1])]
        return _made(context, builder, array, source, values[1], shape)

    return array(array, types.intp, types.intp), generate


def as_vector(array: Array) -> Array:
    """Return all numbers of an array in one row."""
    return array.reshape(-1)


def as_matrix(array: Array, first: int, last: int) -> Array:
    """Return some rows of an array, each with all its numbers in one row."""
    return array[first:last].reshape(last - first, -1)


def part(vector: Array, first: int, last: int) -> Array:
    """Return some numbers of a vector."""
    return vector[first:last]


@overload(as_vector, strict=False, jit_options={"forceinline": True})
def _as_vector(array: Any) -> Any:
    if array.layout == "C":
        return lambda array: _vector(array)
    return lambda array: array.reshape(-1)


@overload(as_matrix, strict=False, jit_options={"forceinline": True})
def _as_matrix(array: Any, first: Any, last: Any) -> Any:
    return lambda array, first, last: _rows(array, first, last)


@overload(part, strict=False, jit_options={"forceinline": True})
def _as_part(vector: Any, first: Any, last: Any) -> Any:
    return lambda vector, first, last: _part(vector, first, last)
