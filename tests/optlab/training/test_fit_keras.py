"""Whole runs against tf.keras: the same weights, the same order of the rows."""

import keras
import numpy as np
import pytest

import optlab
from optlab import callbacks
from optlab.training import fit

RNG = np.random.default_rng(3)
X = RNG.normal(size=(70, 5)).astype("float32")
LABELS = (X[:, 0] + X[:, 1] > 0.8).astype("int64") + (X[:, 2] > 0)
BINARY = (X[:, :1] > 0.4).astype("float32")
X_VAL = RNG.normal(size=(40, 5)).astype("float32")
LABELS_VAL = (X_VAL[:, 0] > 0).astype("int64")
WEIGHTS = RNG.random(70).astype("float32")


def pair(units, activation, regularizer=None):
    """A model of ours and of Keras with the same weights."""
    ours = optlab.Sequential(
        [
            optlab.Dense(8, activation="tanh", kernel_regularizer=regularizer),
            optlab.Dense(units, activation=activation),
        ],
        input_shape=(5,),
    )
    theirs = keras.Sequential(
        [
            keras.layers.Input((5,)),
            keras.layers.Dense(8, activation="tanh", kernel_regularizer=regularizer),
            keras.layers.Dense(units, activation=activation),
        ]
    )
    theirs.set_weights(ours.get_weights())
    return ours, theirs


def compare(ours, theirs, history, run, tolerance=2e-5):
    assert sorted(run.history) == sorted(history)
    for name, values in history.items():
        assert run.history[name] == pytest.approx(values, rel=tolerance, abs=1e-6), name
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=2e-6)


@pytest.mark.parametrize(
    "units, activation, loss, targets, metrics, more",
    [
        (3, None, "mse", X[:, :3], ["mae"], {}),
        (
            3,
            "softmax",
            "sparse_categorical_crossentropy",
            LABELS,
            ["accuracy"],
            {"class_weight": {0: 0.5, 2: 3.0}},
        ),
        (
            1,
            "sigmoid",
            "binary_crossentropy",
            BINARY,
            ["accuracy", "auc"],
            {"sample_weight": WEIGHTS},
        ),
    ],
)
def test_history_and_weights(units, activation, loss, targets, metrics, more):
    ours, theirs = pair(units, activation, "l2")
    arguments = {"batch_size": 16, "epochs": 3, "shuffle": False, **more}
    arguments["validation_split"] = 0.25
    theirs.compile(optimizer=keras.optimizers.SGD(0.1), loss=loss, metrics=metrics)
    history = theirs.fit(X, targets, verbose=0, **arguments).history
    run = fit(
        ours, X, targets, loss=loss, optimizer=optlab.SGD(0.1), metrics=metrics,
        **arguments,
    )  # fmt: skip
    compare(ours, theirs, history, run)


# tf.keras reads its own learning rate in a way that NumPy 2 deprecates.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_callbacks():
    ours, theirs = pair(3, "softmax")

    def rate(epoch, current):
        return float(current * 0.9 if epoch < 3 else current)

    def both(module):
        return [
            module.LearningRateScheduler(rate),
            module.ReduceLROnPlateau(
                monitor="val_loss", factor=0.5, patience=2, cooldown=1, min_delta=0.01
            ),
            module.EarlyStopping(
                monitor="val_accuracy",
                patience=9,
                restore_best_weights=True,
                start_from_epoch=1,
            ),
        ]

    loss, arguments = "sparse_categorical_crossentropy", {"batch_size": 16}
    arguments.update(epochs=30, shuffle=False, validation_data=(X_VAL, LABELS_VAL))
    theirs.compile(keras.optimizers.SGD(0.8), loss=loss, metrics=["accuracy"])
    twins = both(keras.callbacks)
    history = theirs.fit(X, LABELS, verbose=0, callbacks=twins, **arguments).history
    found = both(callbacks)
    run = fit(
        ours, X, LABELS, loss=loss, optimizer=optlab.SGD(0.8), metrics=["accuracy"],
        callbacks=found, **arguments,
    )  # fmt: skip
    assert run.status == "stopped_early"
    compare(ours, theirs, history, run, 1e-4)
    for name in ("best", "wait", "stopped_epoch", "best_epoch"):
        assert getattr(found[2], name) == pytest.approx(float(getattr(twins[2], name)))
    assert found[1].wait == twins[1].wait
