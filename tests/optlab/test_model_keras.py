"""Whole models against tf.keras: configurations, forward, backward, statistics."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab.layers import Activation, BatchNormalization, Dense, Dropout, Residual
from optlab.model import Sequential

DTYPES = [("float32", 3e-6), ("float64", 1e-14)]
X = np.random.default_rng(0).normal(0.5, 1.5, (37, 6))
MIX = np.random.default_rng(1).standard_normal((37, 4))
SPREAD = {"name": "random_normal", "stddev": 0.3}

STACKS = {
    "dense": lambda: [Dense(4, bias_initializer=SPREAD)],
    "dense without bias": lambda: [Dense(4, "tanh", use_bias=False)],
    "deep": lambda: [
        Dense(16, "relu", kernel_initializer="he_normal"),
        Dense(16, "elu", bias_initializer=SPREAD),
        Dense(16, {"name": "leaky_relu", "negative_slope": 0.1}),
        Dense(4, "softmax"),
    ],
    "batch normalization": lambda: [
        Dense(9),
        BatchNormalization(
            gamma_initializer={"name": "random_uniform", "minval": 0.5, "maxval": 2.0},
            beta_initializer=SPREAD,
            moving_mean_initializer=SPREAD,
            moving_variance_initializer={"name": "constant", "value": 1.5},
        ),
        Activation("sigmoid"),
        Dense(4),
    ],
    "batch normalization, plain": lambda: [
        BatchNormalization(center=False, scale=False, momentum=0.5, epsilon=0.1),
        Dense(4),
    ],
    "regularized": lambda: [
        Dense(8, "tanh", kernel_regularizer="l2", bias_regularizer="l1"),
        BatchNormalization(gamma_regularizer={"name": "l1_l2", "l1": 0.1, "l2": 0.2}),
        Dense(4, kernel_regularizer={"name": "l1", "l1": 0.05}),
    ],
    "frozen": lambda: [
        Dense(8, "tanh", trainable=False, kernel_regularizer="l2"),
        BatchNormalization(trainable=False),
        Dense(4),
    ],
}


def twin_of(model):
    twin = keras.Sequential.from_config(model.get_config())
    twin.set_weights(model.get_weights())
    return twin


def assert_close(ours, theirs, tolerance):
    theirs = np.asarray(theirs)
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    scale = max(1.0, np.abs(theirs).max())
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * scale)


def assert_step_agrees(model, twin, training, tolerance):
    """Compare outputs, penalty, all gradients and the statistics of one step."""
    x = X.astype(model.dtype)
    mix = MIX.astype(model.dtype)
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        outputs = twin(inputs, training=training)
        penalty = sum(twin.losses, tf.constant(0, model.dtype))
        loss = tf.reduce_sum(outputs * mix) + penalty
    *gradients, by_input = tape.gradient(loss, [*twin.trainable_weights, inputs])
    assert_close(model.forward(x, training), outputs, tolerance)
    assert model.penalty() == pytest.approx(float(penalty), rel=10 * tolerance)
    found = model.backward(mix.copy(), input_gradient=True)
    assert_close(found, by_input, 10 * tolerance)
    names = [weight.path.split("/", 1)[-1] for weight in twin.trainable_weights]
    assert names == list(model.parameters.names)
    for ours, theirs in zip(model.gradients, gradients, strict=True):
        assert_close(ours, theirs, 10 * tolerance)
    for (_, ours), theirs in zip(model.weights, twin.get_weights(), strict=True):
        assert_close(ours, theirs, tolerance)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_forward_backward_and_statistics(stack, training, dtype, tolerance):
    model = Sequential(STACKS[stack](), input_shape=6, dtype=dtype, seed=2)
    twin = twin_of(model)
    assert [weight.path.split("/", 1)[-1] for weight in twin.weights] == [
        name for name, _ in model.weights
    ]
    assert_step_agrees(model, twin, training, tolerance)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
def test_residual(training, dtype, tolerance):
    model = Sequential(
        [
            Dense(5, "tanh"),
            Residual([Dense(7, "relu"), BatchNormalization(), Dense(5)]),
            Activation("tanh"),
            Dense(4, "softmax"),
        ],
        input_shape=6,
        dtype=dtype,
    )
    layer = {name: cls(**options, dtype=dtype) for name, cls, options in BLOCK}
    inputs = keras.Input((6,), dtype=dtype)
    skipped = layer["dense"](inputs)
    inside = layer["dense_1"](skipped)
    inside = layer["dense_2"](layer["batch_normalization"](inside))
    out = layer["activation"](layer["add"]([skipped, inside]))
    twin = keras.Model(inputs, layer["dense_3"](out))
    for name, weight in model.weights:
        owner, variable = name.split("/")
        getattr(layer[owner], variable).assign(weight)
    x, mix = X.astype(dtype), MIX.astype(dtype)
    with tf.GradientTape() as tape:
        outputs = twin(x, training=training)
        loss = tf.reduce_sum(outputs * mix)
    variables = [
        getattr(layer[owner], variable)
        for owner, variable in (name.split("/") for name in model.parameters.names)
    ]
    gradients = tape.gradient(loss, [variable.value for variable in variables])
    assert_close(model.forward(x, training), outputs, tolerance)
    model.backward(mix.copy())
    for ours, theirs in zip(model.gradients, gradients, strict=True):
        assert_close(ours, theirs, 10 * tolerance)


BLOCK = [
    ("dense", keras.layers.Dense, {"units": 5, "activation": "tanh"}),
    ("dense_1", keras.layers.Dense, {"units": 7, "activation": "relu"}),
    ("batch_normalization", keras.layers.BatchNormalization, {}),
    ("dense_2", keras.layers.Dense, {"units": 5}),
    ("add", keras.layers.Add, {}),
    ("activation", keras.layers.Activation, {"activation": "tanh"}),
    ("dense_3", keras.layers.Dense, {"units": 4, "activation": "softmax"}),
]


def test_statistics_after_many_batches():
    model = Sequential([BatchNormalization(momentum=0.9)], input_shape=6)
    twin = twin_of(model)
    rng = np.random.default_rng(0)
    for _ in range(50):
        x = rng.normal(3, 2, (32, 6)).astype("float32")
        model.forward(x, training=True)
        twin(x, training=True)
    for ours, theirs in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_max_ulp(ours, theirs, 4)


def test_configuration_comes_back_from_keras():
    model = Sequential(
        [
            Dense(8, "relu", kernel_initializer={"name": "he_normal", "seed": 3}),
            BatchNormalization(momentum=0.9),
            Activation({"name": "elu", "alpha": 0.5}),
            Dropout(0.25, seed=4),
            Dense(3, "softmax", kernel_regularizer="l2", trainable=False),
        ],
        input_shape=6,
        dtype="float64",
        name="mine",
    )
    twin = keras.Sequential.from_config(model.get_config())
    again = Sequential.from_config(twin.get_config())
    assert again.get_config() == model.get_config()
    again.set_weights(twin.get_weights())
    np.testing.assert_allclose(again.predict(X), twin(X), rtol=1e-12)


def test_models_that_people_bring():
    theirs = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, kernel_initializer=keras.initializers.HeNormal(1)),
            keras.layers.LeakyReLU(),
            keras.layers.Dense(8, activation=keras.activations.gelu),
            keras.layers.ReLU(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(3),
            keras.layers.Softmax(),
        ]
    )
    ours = Sequential.from_config(theirs.get_config())
    ours.set_weights(theirs.get_weights())
    assert ours.final_activation == "softmax"
    x = X.astype("float32")
    np.testing.assert_allclose(ours.predict(x), theirs(x), rtol=0, atol=1e-6)


@pytest.mark.parametrize("rate", [0.1, 1 / 3, 0.5, 0.99])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dropout_scales_as_keras_does(rate, dtype):
    model = Sequential([Dropout(rate)], input_shape=2000, dtype=dtype)
    theirs = keras.layers.Dropout(rate, seed=0, dtype=dtype)
    for value in np.random.default_rng(0).standard_normal(20):
        x = np.full((1, 2000), value, dtype)
        found = model.forward(x, training=True)
        expected = theirs(x, training=True).numpy()
        assert set(np.unique(found)) == set(np.unique(expected)) != {0}
