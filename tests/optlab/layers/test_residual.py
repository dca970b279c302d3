"""The residual layer: the sum, names, freezing, blocks that do not fit."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.layers import Activation, BatchNormalization, Dense, Dropout, Residual
from optlab.model import Sequential

X = np.random.default_rng(0).standard_normal((6, 4)).astype("float32")


def test_output_is_input_plus_block():
    block = Dense(4, "tanh")
    model = Sequential([Residual([block])], input_shape=4)
    np.testing.assert_allclose(
        model.forward(X), X + np.tanh(X @ block.kernel), rtol=1e-5
    )


def test_a_block_of_zeros_is_the_identity_both_ways():
    layers = [Residual([Dense(9, "tanh"), Dense(4, kernel_initializer="zeros")])]
    model = Sequential(layers, input_shape=4)
    np.testing.assert_array_equal(model.forward(X), X)
    grad = model.backward(np.ones_like(X), input_gradient=True)
    np.testing.assert_array_equal(grad, 1)


def test_block_without_weights_in_inference():
    model = Sequential([Residual([Dropout(0.5)])], input_shape=4)
    np.testing.assert_array_equal(model.forward(X), 2 * X)


def test_names_run_through_the_blocks():
    model = Sequential(
        [Dense(4), Residual([Dense(4), Residual([Dense(4)])]), Dense(4)], input_shape=4
    )
    assert [name for name, _ in model.weights][::2] == [
        "dense/kernel",
        "dense_1/kernel",
        "dense_2/kernel",
        "dense_3/kernel",
    ]
    assert [layer.name for layer in model.layers] == ["dense", "residual_1", "dense_3"]
    assert model.get_layer("dense_2").units == 4
    model.forward(X)
    assert [name for name, _ in model.activations()] == [
        "dense",
        "dense_1",
        "dense_2",
        "residual",
        "residual_1",
        "dense_3",
    ]


def test_freezing_the_block():
    residual = Residual([Dense(4), BatchNormalization()], trainable=False)
    model = Sequential([residual, Dense(2)], input_shape=4)
    assert model.parameters.names == ("dense_1/kernel", "dense_1/bias")
    residual.trainable = True
    assert len(model.parameters) == 6


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([], "`layers` must be a list of at least one layer"),
        (None, "`layers` must be a list of at least one layer"),
        (["dense"], "`layers` must hold layers. Received: 'dense' of type str"),
    ],
)
def test_bad_arguments(layers, message):
    with pytest.raises(InputError) as caught:
        Residual(layers, name="skip")
    assert message in str(caught.value)
    assert "'skip'" in str(caught.value)


def test_unit_counts_must_agree():
    with pytest.raises(InputError) as caught:
        Sequential([Residual([Dense(8), Dense(5, name="out")])], input_shape=4)
    assert "input (4,) and output (5,)" in str(caught.value)
    assert "'out'" in str(caught.value)
    assert "'residual'" in str(caught.value)


def test_config_round_trip():
    layer = Residual([Dense(4, "relu"), Activation("tanh")], name="skip")
    again = Residual.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert layer.clone().get_config() == layer.get_config()
    assert layer.serialize()["registered_name"] == "optlab>Residual"
