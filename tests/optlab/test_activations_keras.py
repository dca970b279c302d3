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
#: tf.keras's gradient of mish takes 1 - tanh**2 where tanh is near 1: on these inputs
#: it is 11.0 units from the exact one in float64, and ours, in the test below, 2.2.
FURTHER = {"mish": (4, 16.0)}


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

    ulp, units = (0, 0.0) if name in EXACT else FURTHER.get(name, CLOSE)
    eps = float(np.finfo(dtype).eps)
    found = {"value": (out, expected), "gradient": (g, expected_grads[0])}
    for tensor, (ours, theirs) in found.items():
        scale = float(np.abs(theirs).max())
        tolerance = Tolerance(ulp, units * eps * scale, "last bits of exp")
        assert_parity(ours, theirs.numpy(), tolerance, subject=name, tensor=tensor)
    tolerance = Tolerance(ulp, 65 * units * eps, "sum of the above")
    assert_parity(bias_grad, expected_grads[1].numpy(), tolerance, subject=name)


def test_gradient_of_mish_is_nearer_to_the_exact_one():
    rng = np.random.default_rng(3)
    z = rng.standard_normal((65, 11)) * 10 ** rng.uniform(-3, 1, (65, 11))
    x, g = z.astype(np.longdouble), rng.standard_normal(z.shape)
    softplus = np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))
    slope = 4 * np.exp(-2 * softplus) / (1 + np.exp(-2 * softplus)) ** 2
    exact = g * (np.tanh(softplus) + x * slope / (1 + np.exp(-x)))

    activation, out = activations.get("mish"), np.empty_like(z)
    activation.forward(z, None, out)
    activation.backward(g, z, out, None)

    scale = float(np.finfo(np.float64).eps * abs(exact).max())
    assert abs(g - exact).max() / scale <= 4
