"""One call of a BLAS's `gemm` from inside a kernel, and the BLAS held to one thread.

The BLAS is SciPy's, through the addresses that `scipy.linalg.cython_blas` publishes.
"""

from __future__ import annotations

import functools
import threading
from contextlib import ContextDecorator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic


@functools.cache
def gemm_address(dtype: np.dtype[Any]) -> int:
    """Return where SciPy's BLAS has the product of that dtype, float32 or float64."""
    # SciPy costs an eighth of a second to import, and small networks never need it.
    name = {"float32": "sgemm", "float64": "dgemm"}[dtype.name]
    return int(get_cython_function_address("scipy.linalg.cython_blas", name))


@intrinsic
def gemm(
    typingctx: Any,
    function: Any,
    flip_a: Any,
    flip_b: Any,
    m: Any,
    n: Any,
    k: Any,
    one: Any,
    a: Any,
    lda: Any,
    b: Any,
    ldb: Any,
    c: Any,
    ldc: Any,
) -> Any:
    """Write the product of column-major matrices: ``c = a @ b``.

    Parameters
    ----------
    function : int
        `gemm_address` of the dtype.
    flip_a, flip_b : bool
        Whether `a`, `b` are stored as their transposes.
    m, n, k : int
        `c` has shape (m, n), and each sum k terms.
    one : float32 or float64
        1 in the matrices' dtype.
    a, lda, b, ldb, c, ldc : int
        Addresses, and the elements from one stored column to the next.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address, flip_a, flip_b, m, n, k, one, a, lda, b, ldb, c, ldc = args
        byte, word = ir.IntType(8), ir.IntType(32)
        pointer = byte.as_pointer()

        def stored(value: Any) -> Any:
            return builder.bitcast(cgutils.alloca_once_value(builder, value), pointer)

        def letter(flip: Any) -> Any:
            flag = builder.icmp_unsigned("!=", flip, flip.type(0))
            return stored(builder.select(flag, byte(ord("T")), byte(ord("N"))))

        def whole(value: Any) -> Any:
            return stored(builder.trunc(value, word))

        def array(value: Any) -> Any:
            return builder.inttoptr(value, pointer)

        arguments = [letter(flip_a), letter(flip_b), whole(m), whole(n), whole(k)]
        arguments += [stored(one), array(a), whole(lda), array(b), whole(ldb)]
        arguments += [stored(one.type(0.0)), array(c), whole(ldc)]
        kind = ir.FunctionType(ir.VoidType(), [pointer] * len(arguments))
        builder.call(builder.inttoptr(address, kind.as_pointer()), arguments)
        return context.get_dummy_value()

    word = types.int64
    return types.void(
        word, types.boolean, types.boolean, word, word, word, one, *[word] * 6
    ), codegen


class _OneThread(ContextDecorator):
    """Counts who asks for one thread, in all Python threads; sets it back after."""

    def __init__(self) -> None:
        self.asked = 0
        self._lock = threading.Lock()
        self._before: list[tuple[Any, int]] = []

    def __enter__(self) -> None:
        with self._lock:
            self.asked += 1
            if self.asked == 1:
                libraries = _controller().lib_controllers
                self._before = [(each, each.num_threads) for each in libraries]
                for library in libraries:
                    library.set_num_threads(1)

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self.asked -= 1
            if not self.asked:
                for library, threads in self._before:
                    library.set_num_threads(threads)


@functools.cache
def _controller() -> Any:
    """Return what sets the threads of the BLAS of NumPy and of SciPy."""
    import scipy.linalg.cython_blas  # noqa: F401  (loads SciPy's own BLAS)
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


#: A context, or decorator, in which every BLAS of this process uses one thread.
one_blas_thread = _OneThread()
