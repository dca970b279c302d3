"""Hessians against TensorFlow's, which differentiates its gradient once more.

Each activation and each loss by its products with two directions at random, which see
every entry; one network by the whole matrix.
"""

import numpy as np
import pytest
import tensorflow as tf

from optlab import losses
from optlab.activations import names
from optlab.instruments import Hessian
from optlab.layers import Activation, Dense, Flatten, Reshape
from optlab.model import Sequential
from optlab.validation import to_keras
from optlab.validation.twins.losses import loss_to_keras

RNG = np.random.default_rng(5)
X = RNG.standard_normal((7, 3))
WEIGHT = RNG.uniform(0.2, 2.0, 7)
LABELS = RNG.integers(0, 2, 7)
SHARES = np.array([[0.7, 0.3], [0.2, 0.8]])[LABELS]
POSITIVE = RNG.uniform(0.3, 2.0, (7, 2))
REAL = RNG.standard_normal((7, 2))
SIGNS = np.where(REAL > 0, 1.0, -1.0)

#: Loss, targets, the activation of the outputs.
LOSSES = [
    ("mean_squared_error", {}, REAL, "linear"),
    ("mean_absolute_error", {}, REAL, "tanh"),
    ("huber", {"delta": 0.7}, REAL, "linear"),
    ("log_cosh", {}, REAL, "linear"),
    ("poisson", {}, POSITIVE, "softplus"),
    ("mean_absolute_percentage_error", {}, REAL, "tanh"),
    ("mean_squared_logarithmic_error", {}, POSITIVE, "softplus"),
    ("cosine_similarity", {}, REAL, "linear"),
    ("kl_divergence", {}, SHARES, "softmax"),
    ("hinge", {}, SIGNS, "tanh"),
    ("squared_hinge", {}, SIGNS, "tanh"),
    ("categorical_hinge", {}, np.eye(2)[LABELS], "softmax"),
    ("binary_crossentropy", {"label_smoothing": 0.1}, SHARES, "sigmoid"),
    ("binary_crossentropy", {"from_logits": True}, SHARES, "linear"),
    ("categorical_crossentropy", {"label_smoothing": 0.1}, SHARES, "softmax"),
    ("categorical_crossentropy", {"from_logits": True}, SHARES, "linear"),
    ("sparse_categorical_crossentropy", {}, LABELS, "softmax"),
    ("sparse_categorical_crossentropy", {"from_logits": True}, LABELS, "linear"),
]


def theirs_of(model, loss, y, weight, directions):
    """Return TensorFlow's gradient, and the Hessian's products with directions."""
    twin, theirs = to_keras(model), loss_to_keras(loss, "float64")
    variables = twin.trainable_variables
    with tf.GradientTape(persistent=True) as outer:
        with tf.GradientTape() as inner:
            value = theirs(y, twin(X), sample_weight=weight)
            value = tf.add_n([value, *twin.losses])
        grads = inner.gradient(value, variables)
        flat = tf.concat([tf.reshape(g, [-1]) for g in grads], 0)
        sums = [tf.tensordot(flat, v, 1) for v in directions]
    rows = []
    for each in sums:
        row = outer.gradient(each, variables, unconnected_gradients="zero")
        rows.append(np.concatenate([np.ravel(part) for part in row]))
    return flat.numpy(), np.array(rows)


def network(*layers):
    model = Sequential(list(layers), input_shape=(3,), dtype="float64", seed=3)
    model.parameters.flat[...] += 0.3 * RNG.standard_normal(model.parameters.size)
    return model


def check(model, loss, y, weight=None, plain=True, directions=None):
    hessian = Hessian(model, loss, X, y, weight, plain=plain)
    if directions is None:
        directions = RNG.standard_normal((2, model.parameters.size))
    gradient, products = theirs_of(model, loss, y, weight, directions)
    assert hessian.exact
    np.testing.assert_allclose(hessian.gradient, gradient, 0, 1e-12)
    scale = max(1.0, np.abs(products).max())
    ours = hessian.matmat(directions.T).T
    np.testing.assert_allclose(ours, products, 0, 1e-10 * scale)
    return hessian, products


@pytest.mark.parametrize("name", names())
def test_activations(name, monkeypatch):
    # TensorFlow cannot differentiate its own softsign twice.
    monkeypatch.setattr(tf.nn, "softsign", lambda x: x / (1 + tf.abs(x)))
    # Wide enough that every piece of a function is met.
    model = network(Dense(3, "linear"), Activation(name), Dense(2, name))
    model.parameters["dense/kernel"][...] *= 2
    check(model, losses.get("mse"), REAL)


@pytest.mark.parametrize(("name", "config", "y", "final"), LOSSES)
def test_losses(name, config, y, final):
    loss = losses.get({"name": name, **config})
    check(network(Dense(2, "tanh"), Dense(2, final)), loss, y, WEIGHT)


def test_logits_frozen_layers_penalties_and_steps():
    first = Dense(2, "tanh", kernel_regularizer={"name": "l1_l2", "l1": 0.1, "l2": 0.2})
    frozen = Dense(2, "silu", trainable=False)
    last = Dense(2, "softmax", use_bias=False, kernel_regularizer="l2")
    model = network(Reshape((3, 1)), first, Flatten(), frozen, Dense(2, "gelu"), last)
    loss = losses.SparseCategoricalCrossentropy()
    unit = np.eye(model.parameters.size)
    hessian, matrix = check(model, loss, LABELS, plain=False, directions=unit)
    np.testing.assert_allclose(hessian.dense(), matrix, 0, 1e-10)
