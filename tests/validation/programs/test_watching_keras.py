"""Callbacks that look into a training."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import optlab
from tests.validation.programs.models import classifier

layers = keras.layers


def test_watch_sees_saturation(rows):
    x, y = rows
    model = keras.Sequential(
        [
            keras.Input((3,)),
            *(layers.Dense(4, activation="sigmoid") for _ in range(8)),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile("sgd", "binary_crossentropy")
    watch = optlab.watch(x, y, verbose=False)
    monitored = [watch]
    model.fit(x, y, epochs=3, verbose=0, callbacks=monitored)
    assert watch.looks and len(watch.looks[0].probe.gradient) == 9
    assert any("vanishes" in sentence for sentence in watch.warnings)


@pytest.mark.parametrize("kind", ["arrays", "dataset", "generator"])
def test_watch_takes_the_rows_of_fit(rows, kind):
    x, y = rows
    batches = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)
    given = {
        "arrays": {"x": x, "y": y},
        "dataset": {"x": batches},
        "generator": {"x": (part for part in batches.repeat()), "steps_per_epoch": 2},
    }[kind]
    watch = optlab.watch(verbose=False)
    shuffle = {"shuffle": False} if kind != "arrays" else {}
    classifier().fit(**given, **shuffle, epochs=2, verbose=0, callbacks=[watch])
    assert bool(watch.looks) == (kind != "generator")


def test_watch_takes_the_rows_of_each_fit(rows):
    x, y = rows
    watch, model = optlab.watch(verbose=False), classifier()
    for part in (slice(0, 40), slice(40, 50)):
        model.fit(x[part], y[part], epochs=1, verbose=0, callbacks=[watch])
    assert len(watch._source[0]) == 10 and watch.x is None


def test_watch_looks_into_cells():
    x = np.random.default_rng(0).normal(size=(40, 5, 2))
    inner = layers.Bidirectional(layers.GRU(3))
    model = keras.Sequential([layers.LSTM(3, return_sequences=True), inner])
    model.compile("sgd", "mse")
    watch = optlab.watch(verbose=False)
    model.fit(x, x[:, 0, :1], epochs=1, verbose=0, callbacks=[watch])
    assert len(watch.looks[0].probe.gradient) == 2


def test_watch_never_raises(rows):
    x, y = rows
    watch = optlab.watch(x[:, :2], y, verbose=False)
    classifier().fit(x, y, epochs=2, verbose=0, callbacks=[watch])
    assert watch.looks == []


def test_stuck_callback_never_raises(rows):
    x, y = rows
    stuck = optlab.validation.DiagnoseWhenStuck(
        "no rows", y, patience=1, min_delta=0.9, verbose=False, budget=5
    )
    history = classifier().fit(x, y, epochs=4, verbose=0, callbacks=[stuck])
    assert len(history.history["loss"]) == 4 and stuck.answer is None
