"""Properties of TensorFlow's power that need no TensorFlow."""

import math

import numba
import numpy as np
import pytest

from optlab.kernels.tf_pow import tf_power

DTYPES = [np.float32, np.float64]


@pytest.mark.parametrize(("dtype", "bound"), [(np.float32, 4), (np.float64, 128)])
def test_close_to_the_true_power(dtype, bound):
    x = np.random.default_rng(0).uniform(1e-3, 1e3, 4096).astype(dtype)
    for y in (0.5, 2.0, -0.75, 3.1):
        exact = np.power(x.astype(np.longdouble), np.longdouble(dtype(y)))
        error = np.abs(tf_power(x, y) - exact) / np.spacing(exact.astype(dtype))
        assert error.max() < bound


def test_the_tail_is_the_c_librarys():
    x = np.random.default_rng(1).uniform(0, 9, 4 * 25 + 3)
    found = tf_power(x, 0.7)
    assert list(found[-3:]) == [math.pow(v, 0.7) for v in x[-3:]]
    assert any(found[k] != math.pow(x[k], 0.7) for k in range(100))


@pytest.mark.parametrize("dtype", DTYPES)
def test_square_is_not_the_product(dtype):
    x = np.random.default_rng(2).uniform(0, 9, 8000).astype(dtype)
    share = np.mean(tf_power(x, 2) != x * x)
    assert 0.1 < share < 0.9


def test_threads_do_not_change_the_power():
    x = np.random.default_rng(3).uniform(0, 9, 200_003).astype(np.float32)
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        one = tf_power(x, 0.5)
    finally:
        numba.set_num_threads(before)
    np.testing.assert_array_equal(tf_power(x, 0.5), one)


def test_shape_out_and_in_place():
    x = np.random.default_rng(4).uniform(0, 9, (5, 7))
    expected = tf_power(x.reshape(-1), 0.5).reshape(5, 7)
    out = np.empty_like(x)
    assert tf_power(x, 0.5, out) is out
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(tf_power(x, 0.5, x), expected)
    assert tf_power(np.float32(4), 0.5).shape == ()
    assert tf_power(np.empty((0, 3)), 0.5).shape == (0, 3)
