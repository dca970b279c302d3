"""Matrix products: right, written in place, the same for any number of BLAS threads."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from optlab.kernels.matmul import BLOCK, matmul


def pair(m, k, n, dtype=np.float32):
    rng = np.random.default_rng(k)
    return (
        rng.standard_normal((m, k)).astype(dtype),
        rng.standard_normal((k, n)).astype(dtype),
    )


def product(a, b):
    out = np.full((a.shape[0], b.shape[1]), np.nan, a.dtype)
    matmul(a, b, out, np.empty_like(out))
    return out


@pytest.mark.parametrize("k", [1, 3, BLOCK, BLOCK + 1, 3 * BLOCK, 1000])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float32", 1e-4), ("float64", 1e-12)]
)
def test_product(k, dtype, tolerance):
    a, b = pair(5, k, 7, dtype)
    expected = a.astype("f8") @ b.astype("f8")
    np.testing.assert_allclose(product(a, b), expected, rtol=0, atol=tolerance)
    transposed = np.ascontiguousarray(a.T).T, np.ascontiguousarray(b.T).T
    np.testing.assert_allclose(product(*transposed), expected, rtol=0, atol=tolerance)


def test_blocks_are_added_in_order():
    a, b = pair(4, 600, 3)
    total = a[:, :256] @ b[:256]
    total = total + a[:, 256:512] @ b[256:512]
    total = total + a[:, 512:] @ b[512:]
    np.testing.assert_array_equal(product(a, b), total)


@pytest.mark.parametrize("k", [256, 784, 2000])
def test_thread_count_changes_nothing(k):
    a, b = pair(128, k, 96)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads, user_api="blas"):
            found.append(product(a, b).tobytes())
    assert found[0] == found[1]
