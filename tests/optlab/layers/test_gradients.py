"""Every layer's gradients, weights and input, against central differences."""

import numpy as np
import pytest

from optlab import activations
from optlab.layers import Activation, BatchNormalization, Dense, Dropout, Residual
from optlab.model import Sequential

#: Random kernels and biases, so that no gradient is 0 by symmetry.
NOISE = {
    "kernel_initializer": {"name": "random_normal", "stddev": 0.6},
    "bias_initializer": {"name": "random_normal", "stddev": 0.5},
}
BN_NOISE = {
    "gamma_initializer": {"name": "random_uniform", "minval": 0.5, "maxval": 2.0},
    "beta_initializer": "random_normal",
    "moving_mean_initializer": {"name": "random_normal", "stddev": 1.0},
    "moving_variance_initializer": {"name": "constant", "value": 1.7},
}

STACKS = {
    "dense": lambda: [Dense(3, **NOISE)],
    "dense without bias": lambda: [Dense(3, use_bias=False), Dense(2, "tanh")],
    "dense, regularized": lambda: [
        Dense(
            3,
            kernel_regularizer={"name": "l1_l2", "l1": 0.1, "l2": 0.2},
            bias_regularizer={"name": "l2", "l2": 0.3},
            **NOISE,
        )
    ],
    "activation": lambda: [Dense(3, **NOISE), Activation("tanh"), Activation("linear")],
    "dropout": lambda: [Dense(6, **NOISE), Dropout(0.4), Dense(2, **NOISE)],
    "batch normalization": lambda: [BatchNormalization(**BN_NOISE), Dense(2, **NOISE)],
    "batch normalization, plain": lambda: [
        Dense(3, **NOISE),
        BatchNormalization(center=False, scale=False),
        Dense(2, **NOISE),
    ],
    "batch normalization, regularized": lambda: [
        BatchNormalization(gamma_regularizer="l2", beta_regularizer="l1", **BN_NOISE),
    ],
    "residual": lambda: [
        Dense(4, "tanh", **NOISE),
        Residual([Dense(6, "softplus", **NOISE), Dense(4, **NOISE)]),
        Dense(2, **NOISE),
    ],
    "residual of everything": lambda: [
        Residual(
            [
                Dense(5, **NOISE),
                BatchNormalization(**BN_NOISE),
                Activation("gelu"),
                Dropout(0.3),
                Residual([Dense(5, "elu", **NOISE)]),
                Dense(4, **NOISE),
            ]
        ),
        Activation("softmax"),
    ],
    "residual first, nothing learned inside": lambda: [
        Residual([Activation("tanh")]),
        Dense(2, **NOISE),
    ],
    "frozen in the middle": lambda: [
        Dense(3, "tanh", **NOISE),
        Dense(4, "tanh", trainable=False, **NOISE),
        BatchNormalization(trainable=False, **BN_NOISE),
        Residual([Dense(4, trainable=False, **NOISE)]),
        Dense(2, **NOISE),
    ],
}


def batch(rows=7):
    return np.random.default_rng(5).standard_normal((rows, 4))


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("stack", STACKS)
def test_layers(stack, training, gradient_error):
    model = Sequential(STACKS[stack](), input_shape=4, dtype="float64", seed=1)
    assert gradient_error(model, batch(), training) < 1e-8


@pytest.mark.parametrize("name", activations.names())
def test_dense_with_each_activation(name, gradient_error):
    model = Sequential([Dense(3, name, **NOISE)], input_shape=4, dtype="float64")
    assert gradient_error(model, batch()) < 1e-8


@pytest.mark.parametrize(
    "layers",
    [
        lambda: [Dense(3, "softmax", **NOISE)],
        lambda: [Dense(3, **NOISE), BatchNormalization(), Activation("sigmoid")],
        lambda: [Dense(3, "sigmoid", use_bias=False)],
    ],
)
def test_from_logits(layers, gradient_error):
    model = Sequential(layers(), input_shape=4, dtype="float64")
    assert gradient_error(model, batch(), from_logits=True) < 1e-8


@pytest.mark.parametrize(("inputs", "rows", "units"), [(300, 2, 2), (2, 2, 300)])
def test_sums_in_blocks(inputs, rows, units, gradient_error):
    layers = [Dense(units, "tanh", **NOISE), Dense(1, **NOISE)]
    model = Sequential(layers, input_shape=inputs, dtype="float64")
    x = np.random.default_rng(0).standard_normal((rows, inputs)) / 10
    assert gradient_error(model, x) < 1e-7


def test_more_rows_than_a_block(gradient_error):
    model = Sequential([Dense(2, "tanh", **NOISE)], input_shape=1, dtype="float64")
    x = np.random.default_rng(0).standard_normal((600, 1))
    assert gradient_error(model, x) < 1e-8
