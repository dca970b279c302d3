"""Regularizers: values, gradients, configurations, bad arguments."""

import numpy as np
import pytest

from optlab import regularizers
from optlab.errors import InputError

W = np.array([[1.0, -2.0], [0.5, 0.0]])


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("l1", 0.01 * 3.5),
        ("l2", 0.01 * 5.25),
        ({"name": "l1_l2", "l1": 0.5, "l2": 0.25}, 0.5 * 3.5 + 0.25 * 5.25),
        ({"name": "l1l2"}, 0.0),
        ({"class_name": "L2", "config": {"l2": 2.0}}, 10.5),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_penalty(identifier, expected, dtype):
    regularizer = regularizers.get(identifier)
    found = regularizer.penalty(W.astype(dtype))
    assert isinstance(found, float)
    # tf.keras rounds the factor to float32.
    assert found == pytest.approx(expected, rel=1e-7)
    assert regularizer(W.astype(dtype).T) == pytest.approx(found, rel=1e-15)


@pytest.mark.parametrize("name", regularizers.names())
def test_gradient_is_that_of_the_penalty(name):
    regularizer = regularizers.get({"name": name, name.split("_")[0]: 0.3})
    w = np.random.default_rng(0).standard_normal((3, 4))
    grad = np.full_like(w, 2.0)
    regularizer.add_gradient(w, grad)
    step = 1e-6
    for index in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[index] += step
        down[index] -= step
        slope = (regularizer.penalty(up) - regularizer.penalty(down)) / (2 * step)
        assert grad[index] - 2 == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("name", regularizers.names())
def test_config_round_trip(name):
    made = regularizers.get(name)
    again = regularizers.get(regularizers.serialize(made))
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert type(made).from_config(made.get_config()).get_config() == made.get_config()
    assert type(made).__name__ in repr(made)


def test_none_stays_none():
    assert regularizers.get(None) is None
    assert regularizers.serialize(None) is None


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("l3", "Unknown regularizer 'l3'"),
        ({"name": "l2", "l1": 0.1}, "no argument 'l1'"),
        ({"name": "l2", "l2": -0.1}, "`l2` must be at least 0. Received: l2=-0.1"),
        ({"name": "l2", "l2": "much"}, "`l2` must be a number"),
        (0.01, "Could not interpret 0.01 as a regularizer"),
    ],
)
def test_bad_arguments(identifier, message):
    with pytest.raises(InputError) as caught:
        regularizers.get(identifier)
    assert message in str(caught.value)
