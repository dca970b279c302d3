"""Penalties on the outputs of layers, in training and evaluation, beside tf.keras."""

import keras
import numpy as np
import pytest

import optlab
from optlab.errors import InputError
from optlab.layers import (
    LSTM,
    ActivityRegularization,
    Add,
    Bidirectional,
    Dense,
    Residual,
    SimpleRNN,
    TimeDistributed,
)
from optlab.model import Sequential
from optlab.validation.twins.models import model_from_keras, model_to_keras

STACKS = {
    "chain": lambda: [
        Dense(4, "tanh", activity_regularizer={"name": "l2", "l2": 0.3}),
        ActivityRegularization(l1=0.1),
        Dense(3, "softmax", activity_regularizer="l1"),
    ],
    "block": lambda: [
        Residual([Dense(5, "relu", activity_regularizer="l2")]),
        Dense(3, "softmax"),
    ],
    "graph": lambda: [
        Dense(5, activity_regularizer="l2", name="one"),
        Add().after("one", "input"),
        Dense(3, "softmax"),
    ],
}


@pytest.mark.parametrize("name", STACKS)
def test_fit_and_evaluate(name):
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((10, 5)).astype("f4"), rng.integers(0, 3, 10)
    model = Sequential(STACKS[name](), (5,))
    twin = model_to_keras(model)
    twin.compile(
        keras.optimizers.SGD(0.1),
        keras.losses.SparseCategoricalCrossentropy(),
        run_eagerly=True,
    )
    # The last batch is smaller.
    options = {"batch_size": 4, "epochs": 2, "shuffle": False}
    theirs = twin.fit(x, y, **options, verbose=0).history["loss"]
    loss = "sparse_categorical_crossentropy"
    run = optlab.fit(model, x, y, loss=loss, optimizer=optlab.SGD(0.1), **options)
    np.testing.assert_allclose(run.history["loss"], theirs, rtol=1e-6)
    found = optlab.evaluate(model, x, y, loss, batch_size=4)["loss"]
    expected = twin.evaluate(x, y, batch_size=4, verbose=0)
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_bidirectional_has_the_penalties_of_its_layers():
    layer = Bidirectional(LSTM(2, activity_regularizer="l1"))
    twin = model_to_keras(Sequential([layer], (3, 2)))
    model = model_from_keras(twin).model
    x = np.random.default_rng(0).standard_normal((4, 3, 2)).astype("f4")
    model.forward(x)
    twin(x)
    assert model.penalty() == pytest.approx(sum(map(float, twin.losses)), rel=1e-6)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ActivityRegularization(l2=-1), "`l2` must be at least 0"),
        (
            lambda: TimeDistributed(Dense(2, activity_regularizer="l2")),
            "inside `TimeDistributed` tf.keras leaves it out",
        ),
        (lambda: Dense(2, activity_regularizer="l3"), "Unknown regularizer 'l3'"),
    ],
)
def test_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


def test_tf_keras_leaves_out_that_of_a_simple_rnn():
    layer = keras.layers.SimpleRNN(2, activity_regularizer="l2")
    layer(np.ones((1, 3, 2), "f4"))
    assert layer.losses == []
    with pytest.raises(TypeError, match="activity_regularizer"):
        SimpleRNN(2, activity_regularizer="l2")
