"""The dropout layer: training and inference, where its masks come from."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.layers import Dense, Dropout
from optlab.model import Sequential

X = np.random.default_rng(0).standard_normal((50, 40)).astype("float32")


def outputs(layer, seed=1, dtype="float32"):
    model = Sequential([layer], input_shape=40, dtype=dtype)
    return model.forward(X, training=True, rng=np.random.default_rng(seed)).copy()


def test_training():
    layer = Dropout(0.25)
    out = outputs(layer)
    np.testing.assert_array_equal(out, np.where(layer.kept, X * np.float32(4 / 3), 0))
    assert 0.2 < (~layer.kept).mean() < 0.3


def test_inference_passes_everything():
    layer = Dropout(0.5)
    model = Sequential([layer], input_shape=40)
    np.testing.assert_array_equal(model.forward(X), X)
    assert layer.kept is None
    grad = np.ones_like(X)
    model.backward(grad, input_gradient=True)
    np.testing.assert_array_equal(grad, 1)


@pytest.mark.parametrize(("rate", "expected"), [(0, X), (1, np.zeros_like(X))])
def test_extreme_rates(rate, expected):
    np.testing.assert_array_equal(outputs(Dropout(rate)), expected)


def test_masks_follow_the_generator_and_the_seed():
    first = outputs(Dropout(0.5))
    np.testing.assert_array_equal(first, outputs(Dropout(0.5)))
    np.testing.assert_array_equal(
        first != 0, outputs(Dropout(0.5), dtype="float64") != 0
    )
    for other in (outputs(Dropout(0.5), seed=2), outputs(Dropout(0.5, seed=0))):
        assert not np.array_equal(first, other)
    np.testing.assert_array_equal(
        outputs(Dropout(0.5, seed=4)), outputs(Dropout(0.5, seed=4))
    )


def test_two_layers_drop_different_entries():
    layers = [Dropout(0.5), Dropout(0.5)]
    model = Sequential(layers, input_shape=40)
    model.forward(X, training=True, rng=np.random.default_rng(0))
    assert not np.array_equal(layers[0].kept, layers[1].kept)


def test_without_a_generator_the_model_draws_from_its_own():
    def masks():
        layer = Dropout(0.5)
        model = Sequential([layer], input_shape=40, seed=3)
        model.forward(X, training=True)
        first = layer.kept.copy()
        model.forward(X, training=True)
        return first, layer.kept.copy()

    first, second = masks()
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal((first, second), masks())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"rate": 1.5}, "`rate` must be in [0, 1]. Received: rate=1.5"),
        ({"rate": -0.1}, "`rate` must be at least 0"),
        ({"rate": "half"}, "`rate` must be a number"),
        ({"rate": 0.5, "seed": -1}, "`seed` must be None or an integer"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError) as caught:
        Dropout(**arguments, name="thin")
    assert message in str(caught.value)
    assert "'thin'" in str(caught.value)


def test_config_round_trip():
    layer = Dropout(0.3, seed=5, name="thin")
    assert Dropout.from_config(layer.get_config()).get_config() == layer.get_config()
    with pytest.raises(InputError, match="noise_shape"):
        Dropout.from_config({"rate": 0.5, "noise_shape": [None, 1]})


def test_gradient_of_dropped_entries_is_zero():
    dropout = Dropout(0.5)
    model = Sequential([Dense(30), dropout], input_shape=40)
    model.forward(X, training=True)
    model.backward(np.ones((50, 30), "f4"))
    np.testing.assert_array_equal(
        model.gradients["dense/bias"], 2 * dropout.kept.sum(0)
    )
