"""The elastic-net kernels against NumPy."""

import numpy as np
import pytest

from optlab.kernels.regularizers import add_gradient, penalty


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 1000])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_and_gradient(size, dtype):
    w = np.random.default_rng(size).standard_normal(size).astype(dtype)
    w[::5] = 0
    factors = np.array([0.25, 0.5], dtype)
    exact = 0.25 * np.abs(w).sum(dtype="f8") + 0.5 * (w.astype("f8") ** 2).sum()
    assert penalty(w, factors) == pytest.approx(exact, rel=1e-13)
    grad = np.ones_like(w)
    add_gradient(w, factors, grad)
    assert grad.dtype == dtype
    expected = 1 + 0.25 * np.sign(w) + w
    np.testing.assert_allclose(grad, expected, rtol=10 * np.finfo(dtype).eps)


def test_infinities_and_nan_come_through():
    w = np.array([np.inf, np.nan, -np.inf])
    grad = np.zeros(3)
    add_gradient(w, np.array([0.0, 1.0]), grad)
    np.testing.assert_array_equal(grad, [np.inf, np.nan, -np.inf])
    assert np.isnan(penalty(w, np.array([1.0, 1.0])))
