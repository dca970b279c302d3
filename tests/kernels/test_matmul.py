"""Matrix products: right, written in place, the same for any number of threads."""

import os
import subprocess
import sys

import numba
import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from optlab.kernels.blas import one_blas_thread
from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.matmul import ALIGNED, EIGHT, FOUR, SMALL, TWO, blocks, matmul

#: Below and above each limit, wide and tall, and shapes that no block divides evenly.
SHAPES = [
    (1, 1, 1),
    (5, 300, 7),
    (64, 64, 64),
    (65, 64, 64),
    (1, 700, 700),
    (700, 700, 1),
    (128, 203, 250),
    (161, 163, 165),
    (33, 129, 1000),
    (1000, 129, 33),
    (403, 411, 407),
]


def pair(m, k, n, dtype=np.float32):
    rng = np.random.default_rng(k)
    return (
        rng.standard_normal((m, k)).astype(dtype),
        rng.standard_normal((k, n)).astype(dtype),
    )


def product(a, b):
    out = np.full((a.shape[0], b.shape[1]), np.nan, a.dtype)
    matmul(a, b, out)
    return out


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float32", 1e-3), ("float64", 1e-11)]
)
def test_product(shape, dtype, tolerance):
    a, b = pair(*shape, dtype)
    expected = a.astype("f8") @ b.astype("f8")
    for left in (a, np.asfortranarray(a)):
        for right in (b, np.asfortranarray(b)):
            found = product(left, right)
            np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_threads_change_no_bit(shape, dtype):
    a, b = pair(*shape, dtype)
    found = set()
    before = numba.get_num_threads()
    try:
        for blas in (1, 2):
            for loops in range(1, before + 1):
                with threadpool_limits(blas, user_api="blas"):
                    numba.set_num_threads(loops)
                    found.add(product(a, b).tobytes())
                    with one_blas_thread:
                        found.add(product(a, b).tobytes())
    finally:
        numba.set_num_threads(before)
    assert len(found) == 1


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names a processor")
def test_threads_change_no_bit_with_the_loops_of_another_processor():
    environment = {**os.environ, "OPENBLAS_CORETYPE": "Haswell"}
    tests = f"{__file__}::test_threads_change_no_bit"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", tests]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_every_row_or_column_is_in_one_block():
    for work in (TWO, FOUR, EIGHT):
        for m, n in ((64, 4096), (4096, 64), (1000, 1000)):
            count, size, rows = blocks(m, n, -(-work // (m * n)))
            length = m if rows else n
            assert size % ALIGNED == 0
            assert (count - 1) * size < length <= count * size
    assert blocks(256, 256, 64)[0] == 2
    assert blocks(1024, 1024, 512)[0] == 8


def test_blas_has_its_threads_again():
    def threads():
        return [i["num_threads"] for i in threadpool_info() if i["user_api"] == "blas"]

    with threadpool_limits(2, user_api="blas"):
        before = threads()
        with one_blas_thread:
            with one_blas_thread:
                assert set(threads()) == {1}
            assert set(threads()) == {1}
        assert threads() == before
        product(*pair(200, 200, 200))
        assert threads() == before


@pytest.mark.parametrize("k", [8, 300])
def test_subnormals_are_flushed_in_all_blocks_or_in_none(k):
    a = np.full((256, k), 1e-25, np.float32)
    b = np.full((k, 256), 1e-15, np.float32)
    assert (256 * k * 256 > SMALL) and (product(a, b) > 0).all()
    with flush_subnormals():
        assert (product(a, b) == 0).all()
