"""Activations: values, derivatives, bias, in-place use, names and constants."""

import math

import numpy as np
import pytest

from optlab import activations
from optlab.activations import Activation
from optlab.errors import InputError
from optlab.kernels import sums
from optlab.kernels.activations import softmax

NAMES = activations.names()
VARIANTS = [
    *({"name": name} for name in NAMES),
    {"name": "leaky_relu", "negative_slope": 0.01},
    {"name": "leaky_relu", "negative_slope": 0.0},
    {"name": "elu", "alpha": 0.4},
]


def matrix(rows=6, columns=5, dtype=np.float64, seed=0):
    """Return numbers of both signs, away from the kinks at 0."""
    x = np.random.default_rng(seed).standard_normal((rows, columns)) * 2
    return (x + np.copysign(0.05, x)).astype(dtype)


def forward(activation, z, bias=None):
    """Return f(z + bias); always with a bias, so that one version is compiled."""
    out = np.empty_like(z)
    bias = np.zeros(z.shape[1], z.dtype) if bias is None else bias
    activation.forward(z, bias, out)
    return out


def backward(activation, g, z, out):
    """Return dL/dz and the bias gradient for dL/d out = g."""
    grad, bias_grad = g.copy(), np.empty(z.shape[1], z.dtype)
    activation.backward(grad, z, out, bias_grad)
    return grad, bias_grad


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("table", VARIANTS, ids=str)
def test_kernel_is_the_formula(table, dtype):
    activation = activations.get(table)
    z = matrix(33, 7, dtype)
    out = forward(activation, z.copy())
    assert out.dtype == activation(z).dtype == dtype
    tolerance = 8 * np.finfo(dtype).eps
    np.testing.assert_allclose(out, activation(z), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("name", "x", "expected"),
    [
        ("relu", [-1.0, 0.0, 2.0], [0.0, 0.0, 2.0]),
        ("leaky_relu", [-1.0, 2.0], [-float(np.float32(0.2)), 2.0]),
        ("elu", [-1.0, 2.0], [math.expm1(-1), 2.0]),
        # Klambauer et al. 2017: 1.0507 and 1.0507 * 1.6733 * (1/e - 1)
        ("selu", [1.0, -1.0], [1.0507009873554805, -1.1113307378125625]),
        ("softplus", [0.0, 800.0, -800.0], [math.log(2), 800.0, 0.0]),
        ("silu", [1.0], [0.7310585786300049]),
        ("softmax", [1000.0, 1000.0], [0.5, 0.5]),
        ("sigmoid", [0.0, -1000.0, 1000.0], [0.5, 0.0, 1.0]),
    ],
)
def test_known_values(name, x, expected):
    z = np.array([x])
    np.testing.assert_allclose(activations.get(name)(z), [expected], rtol=1e-15)
    found = forward(activations.get(name), z)
    np.testing.assert_allclose(found, [expected], rtol=1e-14)


@pytest.mark.parametrize("table", VARIANTS, ids=str)
def test_derivative_against_central_differences(table):
    activation = activations.get(table)
    z, g, h = matrix(), matrix(seed=1), 1e-6
    expected = np.empty_like(z)
    for place in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[place] = h
        change = forward(activation, z + step) - forward(activation, z - step)
        expected[place] = (change * g).sum() / (2 * h)
    grad, bias_grad = backward(activation, g, z, forward(activation, z))
    np.testing.assert_allclose(grad, expected, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(bias_grad, grad.sum(axis=0), rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_bias_is_added_in_place(name):
    activation = activations.get(name)
    z, bias = matrix(), np.linspace(-1.0, 1.0, 5)
    shifted = z.copy()
    out = forward(activation, shifted, bias)
    np.testing.assert_array_equal(shifted, z + bias)
    np.testing.assert_array_equal(out, forward(activation, z + bias))


@pytest.mark.parametrize("name", [n for n in NAMES if activations.get(n).in_place])
def test_out_may_be_z(name):
    activation, z, g = activations.get(name), matrix(), matrix(seed=1)
    expected = forward(activation, z.copy())
    expected_grad, _ = backward(activation, g, z, expected)
    activation.forward(z, np.zeros(5), z)
    np.testing.assert_array_equal(z, expected)
    np.testing.assert_array_equal(backward(activation, g, z, z)[0], expected_grad)


@pytest.mark.parametrize("name", ["linear", "tanh", "softmax"])
def test_without_a_bias(name):
    activation, z, g = activations.get(name), matrix(), matrix(seed=1)
    out, grad = np.empty_like(z), g.copy()
    activation.forward(z, None, out)
    activation.backward(grad, z, out, None)
    np.testing.assert_array_equal(out, forward(activation, z))
    np.testing.assert_array_equal(grad, backward(activation, g, z, out)[0])


@pytest.mark.parametrize("name", NAMES)
def test_nan_is_not_hidden(name):
    z = matrix()
    z[2, 3] = np.nan
    assert np.isnan(forward(activations.get(name), z)[2, 3])


@pytest.mark.parametrize("name", NAMES)
def test_no_rows(name):
    activation, empty = activations.get(name), np.empty((0, 3))
    out = forward(activation, empty)
    _, bias_grad = backward(activation, empty, empty, out)
    np.testing.assert_array_equal(bias_grad, 0.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_call_leaves_its_argument_alone(name):
    x = matrix()
    before = x.copy()
    activations.get(name)(x)
    np.testing.assert_array_equal(x, before)


def test_integers_become_floats():
    assert activations.get("tanh")([1, 2]).dtype == np.float64


def test_softmax_rows_sum_to_one():
    out = forward(activations.get("softmax"), matrix(50, 9, np.float32))
    np.testing.assert_allclose(out.sum(axis=1), 1.0, rtol=1e-6)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        (None, {"name": "linear"}),
        ("swish", {"name": "silu"}),
        ({"name": "elu", "alpha": 2}, {"name": "elu", "alpha": 2.0}),
        (
            {"class_name": "LeakyReLU", "config": {"negative_slope": 0.3, "name": "a"}},
            {"name": "leaky_relu", "negative_slope": 0.3},
        ),
        ({"class_name": "function", "config": "relu"}, {"name": "relu"}),
        (Activation("gelu"), {"name": "gelu"}),
    ],
)
def test_get(identifier, expected):
    assert activations.get(identifier).get_config() == expected


@pytest.mark.parametrize("table", VARIANTS, ids=str)
def test_serialized_form_is_read_back(table):
    activation = activations.get(table)
    again = activations.get(activation.serialize())
    assert again == activation
    assert hash(again) == hash(activation)
    assert repr(again) == repr(activation)


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("rleu", r"Unknown activation 'rleu'. Did you mean 'relu'\?"),
        ({"name": "relu", "alpha": 1.0}, "Unknown constant .* 'relu' 'alpha'"),
        ({"name": "elu", "alpha": 0.0}, "`alpha` must be above 0. Received: alpha=0.0"),
        ({"name": "elu", "alpha": "a"}, "`alpha` must be a number"),
        (
            {"name": "leaky_relu", "negative_slope": -0.1},
            "`negative_slope` must be at least 0.0. Received: negative_slope=-0.1",
        ),
        ({"alpha": 1.0}, "Could not interpret .* as an activation"),
        (3, "Could not interpret 3 as an activation"),
    ],
)
def test_bad_identifiers(identifier, message):
    with pytest.raises(InputError, match=message):
        activations.get(identifier)


def test_gelu_is_the_normal_distribution_function_times_x():
    # Hendrycks and Gimpel 2016; TensorFlow's float32 square root of 1/2 costs 4e-9.
    found = activations.get("gelu")([1.0, -1.0, 0.0])
    expected = [0.8413447460685429, -0.15865525393145707, 0.0]
    np.testing.assert_allclose(found, expected, rtol=3e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_probabilities_are_quotients_rounded_once(dtype):
    z = np.random.default_rng(0).normal(size=(50, 7)).astype(dtype)
    powers, totals, found = np.empty_like(z), np.empty(50, dtype), np.empty_like(z)
    softmax.shifted_exp(z, powers, totals)
    sums.sum_rows(powers, False, totals)
    softmax.softmax_forward(z.copy(), np.empty(0, dtype), found)
    np.testing.assert_array_equal(found, powers / totals[:, None])
