"""Regularizers against tf.keras: configurations both ways, values and gradients."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab import regularizers

CASES = [
    keras.regularizers.L1(0.01),
    keras.regularizers.L2(0.03),
    keras.regularizers.L1L2(0.01, 0.003),
]


@pytest.mark.parametrize("theirs", CASES, ids=lambda r: type(r).__name__)
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [("float32", 1e-6), ("float64", 1e-14)]
)
def test_value_and_gradient(theirs, dtype, tolerance):
    ours = regularizers.get(keras.regularizers.serialize(theirs))
    w = np.random.default_rng(0).standard_normal((40, 30)).astype(dtype)
    variable = tf.Variable(w)
    with tf.GradientTape() as tape:
        value = theirs(variable)
    assert ours.penalty(w) == pytest.approx(float(value), rel=tolerance)
    grad = np.zeros_like(w)
    ours.add_gradient(w, grad)
    np.testing.assert_allclose(grad, tape.gradient(value, variable), rtol=2 * tolerance)


@pytest.mark.parametrize("name", ["l1", "l2", "l1_l2"])
def test_configurations_are_accepted(name):
    ours = regularizers.get(name)
    back = keras.regularizers.deserialize(regularizers.serialize(ours))
    assert type(back).__name__ == type(ours).__name__
    assert back.get_config() == pytest.approx(ours.get_config(), rel=1e-7)
