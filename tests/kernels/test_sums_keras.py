"""The summation order against TensorFlow itself with one thread, bit for bit."""

import numpy as np
import pytest
import tensorflow as tf

from optlab.kernels import sums
from optlab.kernels.floating_point import flush_subnormals

DTYPES = [np.float32, np.float64]


def wild(shape, dtype, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.standard_normal(shape) * 10 ** rng.uniform(-6, 4, shape)).astype(dtype)


def bits(value):
    return np.asarray(value).tobytes()


@pytest.mark.parametrize("dtype", DTYPES)
def test_sums_of_every_short_length(dtype):
    x = wild(5000, dtype)
    for n in [*range(200), *range(200, 5000, 37)]:
        part = x[:n]
        assert bits(sums.sum_eigen(part)) == bits(tf.reduce_sum(part).numpy()), n


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "n", [4096, 4097, 8191, 8192, 8193, 12289, 16385, 65537, 112_001, 300_007]
)
def test_sums_around_leaf_boundaries(dtype, n):
    x = wild(n, dtype, seed=n)
    squares = tf.reduce_sum(tf.square(x)).numpy()
    assert bits(sums.sum_eigen(x)) == bits(tf.reduce_sum(x).numpy())
    assert bits(sums.sum_of_squares_eigen(x)) == bits(squares)
    assert bits(sums.norm_eigen(x)) == bits(tf.norm(x).numpy())


@pytest.mark.parametrize("dtype", DTYPES)
def test_long_sum_in_threads(dtype):
    x = wild(sums.PARALLEL_BYTES // np.dtype(dtype).itemsize + 4321, dtype)
    assert bits(sums.sum_eigen(x)) == bits(tf.reduce_sum(x).numpy())


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "shape",
    [
        (3, 5),
        (15, 64),
        (16, 64),
        (17, 65),
        (64, 7),
        (1000, 33),
        (33, 1000),
        (3, 20001),
        (20000, 9),
        (100, 1),
        (1, 100),
        (6, 30, 5),
        (6, 30, 11),
        (6, 9, 16),
        (3, 3, 16, 32),
    ],
)
def test_sums_along_an_axis(dtype, shape):
    x = wild(shape, dtype)
    for axis in (-1, -2, len(shape) - 1):
        expected = tf.reduce_sum(x, axis=axis).numpy()
        np.testing.assert_array_equal(sums.sum_axis_eigen(x, axis), expected)
        expected = tf.reduce_sum(tf.square(x), axis=axis).numpy()
        found = sums.sum_axis_eigen(x, axis, square=True)
        np.testing.assert_array_equal(found, expected)
        mean = sums.sum_axis_eigen(x, axis) / dtype(shape[axis])
        np.testing.assert_array_equal(mean, tf.reduce_mean(x, axis=axis).numpy())


@pytest.mark.parametrize("dtype", DTYPES)
def test_subnormals_are_flushed_in_the_callers_mode(dtype):
    tiny = np.finfo(dtype).tiny
    x = np.full(37, tiny, dtype) / dtype(4)
    with flush_subnormals():
        assert sums.sum_eigen(x) == tf.reduce_sum(x).numpy() == 0
        squares = sums.sum_of_squares_eigen(np.full(9, np.sqrt(tiny) / 2, dtype))
    assert squares == 0
    assert sums.sum_eigen(x) > 0
