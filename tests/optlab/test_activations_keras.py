"""Activations and their derivatives against TensorFlow's tape."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab import activations
from optlab.validation.parity import Tolerance, assert_parity

EXACT = ("linear", "relu", "leaky_relu")
#: ULP, and absolute in units of the dtype's epsilon: where a result is a small
#: difference of numbers around 1 (1 - tanh**2, 1 + erf), the last bit of TensorFlow's
#: exp, tanh or erf is many ULP of it.
CLOSE = (4, 8.0)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", activations.names())
def test_value_and_gradient(name, dtype):
    rng = np.random.default_rng(3)
    z = (rng.standard_normal((65, 11)) * 10 ** rng.uniform(-3, 1, (65, 11))).astype(
        dtype
    )
    g = rng.standard_normal(z.shape).astype(dtype)
    bias = rng.standard_normal(11).astype(dtype)
    x, b = tf.constant(z), tf.constant(bias)
    with tf.GradientTape() as tape:
        tape.watch([x, b])
        expected = getattr(keras.activations, name)(x + b)
    expected_grads = tape.gradient(expected, [x, b], output_gradients=tf.constant(g))

    activation, out, bias_grad = activations.get(name), np.empty_like(z), bias.copy()
    activation.forward(z, bias, out)
    activation.backward(g, z, out, bias_grad)

    ulp, units = (0, 0.0) if name in EXACT else CLOSE
    eps = float(np.finfo(dtype).eps)
    found = {"value": (out, expected), "gradient": (g, expected_grads[0])}
    for tensor, (ours, theirs) in found.items():
        scale = float(np.abs(theirs).max())
        tolerance = Tolerance(ulp, units * eps * scale, "last bits of exp")
        assert_parity(ours, theirs.numpy(), tolerance, subject=name, tensor=tensor)
    tolerance = Tolerance(ulp, 65 * units * eps, "sum of the above")
    assert_parity(bias_grad, expected_grads[1].numpy(), tolerance, subject=name)
