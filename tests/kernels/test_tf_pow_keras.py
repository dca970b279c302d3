"""TensorFlow's power, bit for bit, at every place and for every kind of number."""

import platform

import numpy as np
import pytest
import tensorflow as tf

from optlab.kernels.tf_pow import tf_power

pytestmark = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"),
    reason="TensorFlow's wheels for other processors use fused multiply-add",
)
DTYPES = [np.float32, np.float64]


def different(found, expected):
    """Return the indices where the bits differ, all NaN taken as one."""
    same = (found == expected) & (np.signbit(found) == np.signbit(expected))
    return np.flatnonzero(~(same | (np.isnan(found) & np.isnan(expected))))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("y", [0.5, -0.5, 2.0, 3.0, -1.3, 0.1, 17.0, 1e-3])
def test_ordinary_numbers(dtype, y):
    rng = np.random.default_rng(0)
    n = 50_003
    reach = 38 if dtype == np.float32 else 300
    wide = (rng.standard_normal(n) * 10 ** rng.uniform(-reach, reach, n)).astype(dtype)
    for x in (rng.uniform(0, 4, n).astype(dtype), wide):
        bad = different(tf_power(x, y), tf.pow(x, dtype(y)).numpy())
        assert bad.size == 0, (bad[:5], x[bad[:5]])


@pytest.mark.parametrize("dtype", DTYPES)
def test_threads_do_not_move_the_tail(dtype):
    x = np.random.default_rng(1).uniform(0, 9, 300_007).astype(dtype)
    assert different(tf_power(x, 0.5), tf.pow(x, dtype(0.5)).numpy()).size == 0


@pytest.mark.parametrize("dtype", DTYPES)
def test_special_numbers_in_body_and_tail(dtype):
    info = np.finfo(dtype)
    positive = [0.0, info.tiny, info.tiny / 2, info.eps, 1 - info.eps / 2, 1.0]
    positive += [1 + info.eps, 2.0, 3.7, info.max, np.inf]
    x = np.array([*positive, *(-v for v in positive), np.nan], dtype)
    exponents = [0, 1, -1, 2, -2, 3, -3, 0.5, -0.5, 5.5, 300, 2000, 7e8, 8e8, 1e20]
    exponents += [np.inf, -np.inf, np.nan, info.tiny / 8, 1 + info.eps]
    for y in exponents:
        for shift in range(x.size):
            rolled = np.roll(x, shift)
            found, expected = tf_power(rolled, y), tf.pow(rolled, dtype(y)).numpy()
            bad = different(found, expected)
            assert bad.size == 0, (y, rolled[bad], found[bad], expected[bad])
