"""The kernels of batch normalization against the formulas in float64."""

import numpy as np
import pytest

from optlab.kernels import batch_normalization as kernels

EPSILON, MOMENTUM = 1e-3, 0.9


def arrays(rows, units, dtype):
    rng = np.random.default_rng(rows * 100 + units)
    x = (rng.normal(3, 2, (rows, units))).astype(dtype)
    gamma, beta = rng.uniform(0.5, 2, (2, units)).astype(dtype)
    options = np.array([EPSILON, MOMENTUM, 1 - MOMENTUM], dtype)
    moving = [np.full(units, 0.5, dtype), np.full(units, 2.0, dtype)]
    return x, gamma, beta, options, *moving, np.empty((8, units), dtype)


# 300 rows are more than one block; 5 units no whole packet of a vector register.
SHAPES = [(1, 3), (7, 5), (32, 16), (300, 9)]
DTYPES = [("float32", 2e-5), ("float64", 1e-12)]


@pytest.mark.parametrize(("rows", "units"), SHAPES)
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_training(rows, units, dtype, tolerance):
    x, gamma, beta, options, mean, variance, stats = arrays(rows, units, dtype)
    out = np.empty_like(x)
    kernels.forward_training(x, gamma, beta, options, mean, variance, stats, out)
    mu, v = x.astype("f8").mean(0), x.astype("f8").var(0)
    normalized = (x - mu) / np.sqrt(v + EPSILON)
    close = {"rtol": tolerance, "atol": 20 * tolerance}
    np.testing.assert_allclose(out, gamma * normalized + beta, **close)
    np.testing.assert_allclose(mean, 0.5 * MOMENTUM + mu * (1 - MOMENTUM), **close)
    np.testing.assert_allclose(variance, 2 * MOMENTUM + v * (1 - MOMENTUM), **close)

    grad = np.random.default_rng(0).standard_normal((rows, units)).astype(dtype)
    expected = grad - grad.mean(0) - normalized * (grad * normalized).mean(0)
    expected *= gamma / np.sqrt(v + EPSILON)
    sums = (grad * normalized).sum(0), grad.astype("f8").sum(0)
    gamma_grad, beta_grad = np.full((2, units), np.nan, dtype)
    kernels.backward_training(grad, x, gamma, stats, gamma_grad, beta_grad)
    close = {"rtol": 10 * tolerance, "atol": 100 * tolerance}
    np.testing.assert_allclose(grad, expected, **close)
    np.testing.assert_allclose(gamma_grad, sums[0], **close)
    np.testing.assert_allclose(beta_grad, sums[1], **close)


@pytest.mark.parametrize(("rows", "units"), SHAPES)
def test_inference(rows, units):
    x, gamma, beta, options, mean, variance, stats = arrays(rows, units, "float64")
    out = np.empty_like(x)
    kernels.forward_inference(x, gamma, beta, options, mean, variance, stats, out)
    scale = gamma / np.sqrt(2 + EPSILON)
    np.testing.assert_allclose(out, (x - 0.5) * scale + beta, rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(mean, 0.5)
    np.testing.assert_array_equal(variance, 2.0)
    grad = np.ones_like(x)
    gamma_grad, beta_grad = np.empty((2, units))
    kernels.backward_inference(grad, x, gamma, stats, gamma_grad, beta_grad)
    np.testing.assert_allclose(grad, np.broadcast_to(scale, x.shape), rtol=1e-12)
    np.testing.assert_allclose(beta_grad, rows, rtol=1e-12)
    np.testing.assert_allclose(
        gamma_grad, ((x - 0.5) / np.sqrt(2 + EPSILON)).sum(0), rtol=1e-9, atol=1e-9
    )


def test_float32_statistics_of_many_rows_stay_accurate():
    rng = np.random.default_rng(0)
    x = rng.normal(100, 1, (20_000, 3)).astype("float32")
    _, gamma, beta, options, mean, variance, stats = arrays(1, 3, "float32")
    mean[:] = variance[:] = 0
    out = np.empty_like(x)
    kernels.forward_training(x, gamma, beta, options, mean, variance, stats, out)
    np.testing.assert_allclose(mean / options[2], x.astype("f8").mean(0), rtol=1e-5)
    np.testing.assert_allclose(variance / options[2], x.astype("f8").var(0), rtol=1e-4)
