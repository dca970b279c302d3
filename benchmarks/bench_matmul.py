"""What blocks cost and bring: the limits `TWO`, `FOUR`, `EIGHT` in kernels.matmul.

`make bench` runs it; each group compares NumPy on one and on all BLAS threads with one
to eight blocks, on one and on all of Numba's threads.
"""

import numba
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from optlab.kernels import matmul as module
from optlab.kernels.blas import one_blas_thread

SHAPES = ((256, 64, 256), (256, 256, 256), (64, 784, 512), (1024, 1024, 1024))


def matrices(shape):
    m, k, n = shape
    random = np.random.default_rng(0)
    a, b = random.random((m, k), np.float32), random.random((k, n), np.float32)
    return a, b, np.empty((m, n), np.float32)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("threads", [1, None], ids=["one", "all"])
def bench_numpy(benchmark, shape, threads):
    benchmark.group = f"product {shape}"
    with threadpool_limits(threads, user_api="blas"):
        benchmark(np.dot, *matrices(shape))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("threads", ["one", "all"])
@pytest.mark.parametrize("count", [1, 2, 4, 8])
def bench_blocks(benchmark, monkeypatch, shape, threads, count):
    rows = shape[0] >= shape[2]
    length = shape[0] if rows else shape[2]
    monkeypatch.setattr(module, "blocks", lambda *_: (count, length // count, rows))
    benchmark.group = f"product {shape}"
    before = numba.get_num_threads()
    numba.set_num_threads(1 if threads == "one" else before)
    try:
        with one_blas_thread:
            benchmark(module.matmul, *matrices(shape))
    finally:
        numba.set_num_threads(before)
