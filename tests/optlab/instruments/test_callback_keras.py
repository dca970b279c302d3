"""The tf.keras callback reads what `fit` reads of the same training."""

import keras
import numpy as np
import pytest

import optlab
from optlab import InputError, Record
from optlab.instruments import KerasInstruments
from optlab.validation import to_keras
from optlab.validation.twins import Setup

RNG = np.random.default_rng(4)
#: Keras hands over the rows in float32, whatever the model computes in.
X = RNG.standard_normal((24, 4)).astype(np.float32).astype(np.float64)
Y = RNG.integers(0, 3, 24)
#: Keras keeps the rate in float32.
RATE = 0.0625
LOSS = optlab.losses.SparseCategoricalCrossentropy(from_logits=True)


@pytest.mark.parametrize("optimizer", [optlab.Nadam, optlab.SGD])
def test_same_figures(optimizer):
    layers = [optlab.Dense(6, activation="tanh"), optlab.Dense(3)]
    model = optlab.Sequential(layers, input_shape=(4,), dtype="float64", seed=1)
    twin = to_keras(Setup(model, LOSS, optimizer(RATE)))
    reading = KerasInstruments(X, Y, every=2)
    twin.fit(X, Y, batch_size=24, epochs=5, verbose=0, callbacks=[reading])
    run = optlab.fit(
        model, X, Y, loss=LOSS, optimizer=optimizer(RATE), batch_size=24, epochs=5,
        shuffle=False, record=Record(every=2, instruments="all"),
    )  # fmt: skip
    assert reading.trace.steps.tolist() == run.trace.steps.tolist() == [0, 2, 4]
    ours, theirs = run.trace.instruments, reading.trace.instruments
    assert set(ours) == set(theirs)
    for name, column in ours.items():
        np.testing.assert_allclose(theirs[name], column, 1e-10, err_msg=name)


def test_what_cannot_be_read():
    with pytest.raises(InputError, match="`every` must be at least 1"):
        KerasInstruments(X, Y, every=0)
    twin = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    twin.compile(loss=lambda y, p: p, optimizer="sgd")
    with pytest.raises(InputError, match="loss"):
        twin.fit(X, X[:, :1], verbose=0, callbacks=[KerasInstruments(X, X[:, :1])])
