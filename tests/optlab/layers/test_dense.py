"""The dense layer: what it computes, its weights' names, what bad arguments say."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.layers import Dense
from optlab.model import Sequential


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("use_bias", [True, False])
def test_forward(dtype, use_bias):
    layer = Dense(
        3, "relu", use_bias, bias_initializer={"name": "constant", "value": 0.1}
    )
    model = Sequential([layer], input_shape=(5,), dtype=dtype)
    x = np.random.default_rng(0).standard_normal((4, 5)).astype(dtype)
    expected = np.maximum(x @ layer.kernel + (0.1 if use_bias else 0), 0)
    out = model.forward(x)
    assert out.dtype == dtype
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-6)


def test_weights_are_views_of_the_arena():
    layer = Dense(3)
    model = Sequential([layer], input_shape=(5,))
    assert model.parameters.names == ("dense/kernel", "dense/bias")
    assert layer.kernel.shape == (5, 3)
    for array in (layer.kernel, layer.bias):
        assert np.shares_memory(array, model.parameters.flat)
    for array in (layer.kernel_grad, layer.bias_grad):
        assert np.shares_memory(array, model.gradients.flat)
    model.parameters.flat[:] = 2
    np.testing.assert_array_equal(model.forward(np.ones((1, 5), "f4")), [[12, 12, 12]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"units": 0}, "`units` must be a positive integer. Received: units=0"),
        ({"units": 2.5}, "`units` must be a positive integer. Received: units=2.5"),
        ({"units": "8"}, "`units` must be a positive integer. Received: units='8'"),
        ({"units": True}, "`units` must be a positive integer. Received: units=True"),
        ({"activation": "rellu"}, "Unknown activation 'rellu'. Did you mean 'relu'?"),
        ({"kernel_initializer": "he"}, "Unknown initializer 'he'"),
        ({"bias_regularizer": "l3"}, "Unknown regularizer 'l3'"),
        ({"trainable": "no"}, "`trainable` must be true or false"),
    ],
)
def test_bad_arguments_name_the_layer(arguments, message):
    with pytest.raises(InputError) as caught:
        Dense(**{"units": 2, "name": "hidden", **arguments})
    assert message in str(caught.value)
    assert "'hidden'" in str(caught.value)


@pytest.mark.parametrize("name", ["", "a/b", 3])
def test_bad_names(name):
    with pytest.raises(InputError, match="`name` must be a non-empty string"):
        Dense(2, name=name)


def test_config_round_trip():
    layer = Dense(
        4,
        {"name": "leaky_relu", "negative_slope": 0.1},
        False,
        {"name": "random_normal", "stddev": 0.5, "seed": 3},
        kernel_regularizer={"name": "l1_l2", "l1": 0.1},
        trainable=False,
        name="hidden",
    )
    again = Dense.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again.activation == layer.activation
    assert layer.clone().get_config() == layer.get_config()


def test_config_with_something_that_is_missing():
    config = Dense(2).get_config()
    with pytest.raises(InputError, match="no argument 'kernel_constraint'"):
        Dense.from_config({**config, "kernel_constraint": {"class_name": "NonNeg"}})
