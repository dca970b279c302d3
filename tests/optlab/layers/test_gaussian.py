"""The layers of Gaussian noise: their moments, gradients and inference."""

import numpy as np
import pytest

from optlab.layers import GaussianDropout, GaussianNoise
from optlab.model import Sequential

ROWS, WIDTH = 200, 50


def built(layer, dtype="float64"):
    return Sequential([layer], input_shape=(WIDTH,), dtype=dtype, seed=1)


def run(layer, x, dtype="float64"):
    model = built(layer, dtype)
    out = model.forward(x, training=True, rng=np.random.default_rng(3)).copy()
    return model, out


@pytest.mark.parametrize(
    ("cls", "rate", "spread"),
    [
        (GaussianNoise, 0.5, 0.5),
        (GaussianDropout, 0.2, 0.5),
        (GaussianDropout, 0.5, 1.0),
    ],
    ids=["noise", "dropout 0.2", "dropout 0.5"],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mean_and_spread(cls, rate, spread, dtype):
    x = np.ones((ROWS, WIDTH), dtype)
    _, out = run(cls(rate), x, dtype)
    assert out.dtype == dtype
    # Five standard errors of the mean and of the spread of 10,000 numbers.
    assert abs(out.mean() - 1) < 5 * spread / 100
    assert abs(out.std() - spread) < 5 * spread / np.sqrt(2) / 100


def test_noise_is_added_and_changes_no_gradient():
    x = np.random.default_rng(1).standard_normal((ROWS, WIDTH))
    model, out = run(GaussianNoise(0.3), x)
    _, shifted = run(GaussianNoise(0.3), x + 2)
    np.testing.assert_allclose(shifted, out + 2, rtol=0, atol=1e-14)
    grad = np.random.default_rng(2).standard_normal(x.shape)
    np.testing.assert_array_equal(
        model.backward(grad.copy(), input_gradient=True), grad
    )


def test_dropout_multiplies_the_gradient_by_its_noise():
    x = np.random.default_rng(1).standard_normal((ROWS, WIDTH))
    model, out = run(GaussianDropout(0.3), x)
    grad = np.random.default_rng(2).standard_normal(x.shape)
    found = model.backward(grad.copy(), input_gradient=True)
    np.testing.assert_allclose(found, grad * out / x, rtol=1e-12)


@pytest.mark.parametrize("cls", [GaussianNoise, GaussianDropout])
def test_inference_changes_nothing(cls):
    x = np.random.default_rng(1).standard_normal((ROWS, WIDTH))
    np.testing.assert_array_equal(built(cls(0.3)).forward(x), x)
