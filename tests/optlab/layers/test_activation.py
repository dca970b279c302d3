"""The activation layer, and tf.keras's layers that stand for one."""

import numpy as np
import pytest

from optlab import activations
from optlab.errors import InputError
from optlab.layers import Activation, Dense, get
from optlab.model import Sequential

X = np.random.default_rng(0).standard_normal((6, 4))


@pytest.mark.parametrize("name", activations.names())
def test_forward(name):
    model = Sequential([Activation(name)], input_shape=4, dtype="float64")
    expected = activations.get(name)(X)
    np.testing.assert_allclose(model.forward(X), expected, rtol=1e-12, atol=1e-15)


def test_the_input_is_left_alone():
    model = Sequential([Dense(4), Activation("relu")], input_shape=4)
    model.forward(X)
    (_, dense), (_, relu) = model.activations()
    assert dense.min() < 0
    np.testing.assert_array_equal(relu, np.maximum(dense, 0))


def test_unknown_name():
    with pytest.raises(InputError, match=r"Did you mean 'softmax'.*'activation'"):
        Activation("soft_max")


@pytest.mark.parametrize(
    ("class_name", "config", "expected"),
    [
        ("ReLU", {}, {"name": "relu"}),
        ("ReLU", {"max_value": None, "threshold": 0.0}, {"name": "relu"}),
        ("Softmax", {"axis": -1}, {"name": "softmax"}),
        ("ELU", {"alpha": 0.5}, {"name": "elu", "alpha": 0.5}),
        (
            "LeakyReLU",
            {"negative_slope": 0.3},
            {"name": "leaky_relu", "negative_slope": 0.3},
        ),
    ],
)
def test_layers_that_are_an_activation(class_name, config, expected):
    layer = get({"class_name": class_name, "config": {**config, "name": "f"}})
    assert layer.name == "f"
    assert layer.activation.get_config() == expected
    again = get(layer.serialize())
    assert again.activation == layer.activation


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ({"class_name": "Conv3D"}, "Unknown layer 'Conv3D'"),
        ({"class_name": "ReLU", "config": {"max_value": -6}}, "max_value"),
        ({"units": 3}, "A layer must be a Layer, or a mapping"),
        ("dense", "A layer must be a Layer, or a mapping"),
    ],
)
def test_bad_identifiers(identifier, message):
    with pytest.raises(InputError, match=message):
        get(identifier)
