"""Properties of the sums that need no TensorFlow."""

import math

import numba
import numpy as np
import pytest

from optlab.kernels import sums
from optlab.kernels.floating_point import flush_subnormals

DTYPES = [np.float32, np.float64]


def normal(n, dtype, seed=0):
    return np.random.default_rng(seed).standard_normal(n).astype(dtype)


def by_definition(x, first, count):
    """Sum as the module's docstring says, in plain NumPy."""
    lanes = 32 // x.itemsize
    if count > 1024 * lanes:
        left = lanes * -(-(first + -(-count // 2)) // lanes) - first
        return by_definition(x, first, left) + by_definition(
            x, first + left, count - left
        )
    x = x[first : first + count]
    whole = count // (4 * lanes) * 4
    packets = x[: count // lanes * lanes].reshape(-1, lanes)
    streams = np.zeros((4, lanes), x.dtype)
    for i in range(whole):
        streams[i % 4] += packets[i]
    packet = ((streams[0] + streams[1]) + streams[2]) + streams[3]
    for row in packets[whole:]:
        packet = packet + row
    tail = x.dtype.type(0)
    for value in x[len(packets) * lanes :]:
        tail = tail + value
    while len(packet) > 1:
        packet = packet[: len(packet) // 2] + packet[len(packet) // 2 :]
    return tail + packet[0]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [0, 1, 7, 33, 100, 8199, 20_001])
def test_order_is_the_documented_one(dtype, n):
    x = normal(n, dtype)
    found = sums.sum_eigen(x)
    assert found.dtype == dtype
    assert found == by_definition(x, 0, n)
    assert sums.sum_of_squares_eigen(x) == by_definition(x * x, 0, n)


@pytest.mark.parametrize("dtype", DTYPES)
def test_threads_do_not_change_the_sum(dtype):
    x = normal(sums.PARALLEL_BYTES // np.dtype(dtype).itemsize + 11, dtype)
    before = numba.get_num_threads()
    found = set()
    try:
        for threads in {1, before}:
            numba.set_num_threads(threads)
            found.add(sums.sum_of_squares_eigen(x))
    finally:
        numba.set_num_threads(before)
    assert found == {dtype(sums.sum_range(x, 0, x.size, True))}


def test_worker_threads_keep_the_callers_mode():
    n = sums.PARALLEL_BYTES // 4
    x = np.full(n, np.finfo(np.float32).tiny / 4, np.float32)
    assert sums.sum_eigen(x) == pytest.approx(n * float(x[0]))
    with flush_subnormals():
        assert sums.sum_eigen(x) == 0
    assert sums.sum_eigen(x) == pytest.approx(n * float(x[0]))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_not_finite_values_are_passed_on(value):
    x = normal(1000, np.float32)
    x[777] = value
    assert str(sums.sum_eigen(x)) == str(sums.norm_eigen(x)) == str(value)
    assert str(sums.max_abs(x)) == str(value)


@pytest.mark.parametrize("dtype", DTYPES)
def test_max_abs(dtype):
    x = normal((7, 11), dtype)
    assert sums.max_abs(x) == np.abs(x).max()
    assert sums.max_abs(x).dtype == dtype
    assert sums.max_abs(-x[:0]) == 0
    assert sums.max_abs(np.array([1, -2], dtype)) == 2


def test_strided_input_is_copied():
    x = normal((40, 30), np.float64)
    assert sums.sum_eigen(x.T) == sums.sum_eigen(x.T.copy())
    found = sums.sum_axis_eigen(x.T, -2)
    np.testing.assert_array_equal(found, sums.sum_axis_eigen(x.T.copy(), 0))


@pytest.mark.parametrize(("shape", "axis"), [((3,), -2), ((2, 3, 4), 0), ((3, 4), 2)])
def test_other_axes_are_refused(shape, axis):
    with pytest.raises(ValueError, match=rf"last two axes. Received: axis={axis} "):
        sums.sum_axis_eigen(np.zeros(shape), axis)
