"""The batch-normalization layer: weights, modes, freezing, bad arguments."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.layers import BatchNormalization, Dense
from optlab.model import Sequential

X = np.random.default_rng(0).normal(2, 3, (64, 5))


def model_of(*layers):
    return Sequential(layers, input_shape=5, dtype="float64")


def test_training_normalizes_and_moves_the_averages():
    model = model_of(BatchNormalization(epsilon=0.0))
    out = model.forward(X, training=True)
    np.testing.assert_allclose(out.mean(0), 0, atol=1e-12)
    np.testing.assert_allclose(out.var(0), 1, rtol=1e-12)
    (_, mean), (_, variance) = model.non_trainable
    np.testing.assert_allclose(mean, 0.01 * X.mean(0), rtol=1e-12)
    np.testing.assert_allclose(variance, 0.99 + 0.01 * X.var(0), rtol=1e-12)


def test_inference_uses_and_keeps_the_averages():
    model = model_of(BatchNormalization())
    model.set_weights([np.full(5, 2.0), np.ones(5), X.mean(0), X.var(0)])
    expected = 2 * (X - X.mean(0)) / np.sqrt(X.var(0) + 1e-3) + 1
    np.testing.assert_allclose(model.forward(X), expected, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(model.weights[2][1], X.mean(0))


@pytest.mark.parametrize(
    ("arguments", "trained"),
    [
        ({}, ["gamma", "beta"]),
        ({"center": False}, ["gamma"]),
        ({"scale": False}, ["beta"]),
        ({"center": False, "scale": False}, []),
        ({"trainable": False}, []),
    ],
)
def test_names_of_the_weights(arguments, trained):
    model = model_of(BatchNormalization(**arguments))
    prefix = "batch_normalization/"
    assert list(model.parameters.names) == [prefix + name for name in trained]
    assert [name for name, _ in model.weights][-2:] == [
        prefix + "moving_mean",
        prefix + "moving_variance",
    ]


def test_frozen_layer_behaves_as_in_inference():
    model = model_of(BatchNormalization(trainable=False))
    np.testing.assert_allclose(
        model.forward(X, training=True), X / np.sqrt(1 + 1e-3), rtol=1e-12
    )
    np.testing.assert_array_equal(model.non_trainable[2][1], 0)


def test_freezing_later():
    layer = BatchNormalization()
    model = model_of(Dense(5), layer)
    before = model.get_weights()
    layer.trainable = False
    assert model.parameters.names == ("dense/kernel", "dense/bias")
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    model.forward(X, training=True)
    model.backward(np.ones_like(X))
    np.testing.assert_array_equal(layer.moving_mean, 0)
    layer.trainable = True
    model.forward(X, training=True)
    model.backward(np.ones_like(X))
    assert np.abs(model.gradients["batch_normalization/beta"]).min() > 0
    assert np.abs(layer.moving_mean).min() > 0


def test_one_row_gives_beta():
    model = model_of(BatchNormalization(beta_initializer="ones"))
    np.testing.assert_array_equal(model.forward(X[:1], training=True), np.ones((1, 5)))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"momentum": 1.5}, "`momentum` must be in [0, 1]. Received: momentum=1.5"),
        ({"epsilon": -1e-3}, "`epsilon` must be at least 0"),
        ({"axis": 0}, "`axis` must be -1"),
        ({"gamma_initializer": "two"}, "Unknown initializer 'two'"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError) as caught:
        BatchNormalization(**arguments, name="norm")
    assert message in str(caught.value)
    assert "'norm'" in str(caught.value)


def test_config_round_trip():
    layer = BatchNormalization(
        momentum=0.9, scale=False, beta_regularizer="l2", name="n"
    )
    config = layer.get_config()
    assert BatchNormalization.from_config(config).get_config() == config
    with pytest.raises(InputError, match="no argument 'renorm'"):
        BatchNormalization.from_config({**config, "renorm": True})
