"""Whole calls of `fit` against tf.keras's, by their histories and their last weights.

`optlab.validation.runs` hands the twin each batch that ours used, so it cannot see what
the loop around the steps does. Here tf.keras's own loop runs on the same rows: batches,
weights of rows and classes, penalties, means over an epoch, validation, callbacks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from optlab import callbacks, losses, optimizers
from optlab.layers import Dense
from optlab.model import Sequential
from optlab.training import fit
from optlab.typing import Array
from optlab.validation.parity import EXACT, Comparison, Tolerance, Where, compare
from optlab.validation.results import Result
from optlab.validation.runtime import load
from optlab.validation.twins.losses import loss_to_keras
from optlab.validation.twins.models import model_to_keras
from optlab.validation.twins.optimizers import optimizer_to_keras

_ROWS, _INPUTS, _SEED = 70, 5, 4
#: The next power of two above what was measured (2.4) in roundings of float64. The
#: history, of which both sides keep float32, was the same in every bit.
_WEIGHTS = Tolerance(
    roundings=4.0, reason="another matrix product, so sums in another order"
)

#: What is tried: the model's last layer, the loss, the optimizer, and arguments of fit.
#: The optimizers' numbers are the same in float32 and float64, because tf.keras rounds
#: them in another place when its default is float64.
FITS: dict[str, dict[str, Any]] = {
    "regularized, with a validation split": {
        "last": (3, None),
        "loss": "mean_squared_error",
        "optimizer": {"name": "sgd", "learning_rate": 0.09375},
        "metrics": ["mae"],
        "fit": {"validation_split": 0.25},
    },
    "class weights, one class unnamed": {
        "last": (3, "softmax"),
        "loss": "sparse_categorical_crossentropy",
        "optimizer": {
            "name": "adam",
            "learning_rate": 0.01171875,
            "beta_1": 0.8125,
            "beta_2": 0.96875,
            "epsilon": 0.0029296875,
        },
        "metrics": ["accuracy"],
        "fit": {"class_weight": {0: 0.5, 2: 3.0}},
    },
    "sample weights, shuffled, accumulated": {
        "last": (1, "sigmoid"),
        "loss": "binary_crossentropy",
        "optimizer": {
            "name": "sgd",
            "learning_rate": 0.13671875,
            "momentum": 0.6875,
            "gradient_accumulation_steps": 3,
        },
        "metrics": ["accuracy"],
        "fit": {"sample_weight": True, "shuffle": True},
    },
    "loss scale and average": {
        "last": (3, None),
        "loss": "huber",
        "optimizer": {
            "name": "rmsprop",
            "learning_rate": 0.01171875,
            "rho": 0.8125,
            "epsilon": 0.0029296875,
            "loss_scale_factor": 7.25,
            "use_ema": True,
            "ema_momentum": 0.8125,
        },
        "metrics": [],
        "fit": {},
    },
    "callbacks": {
        "last": (3, "softmax"),
        "loss": "sparse_categorical_crossentropy",
        "optimizer": {"name": "sgd", "learning_rate": 0.8},
        "metrics": ["accuracy"],
        "fit": {"validation_data": True, "callbacks": True, "epochs": 30},
    },
}


def check_fits() -> Iterator[Result]:
    """Yield a row for each of `FITS`, in float64."""
    config = load().keras.config
    before = config.floatx()
    for name in FITS:
        config.set_floatx("float64")  # for the means that tf.keras keeps
        try:
            found = _check(name, **FITS[name])
        finally:
            config.set_floatx(before)
        yield found


def _check(
    name: str,
    last: tuple[int, str | None],
    loss: str,
    optimizer: dict[str, Any],
    metrics: list[str],
    **more: Any,
) -> Result:
    started = time.perf_counter()
    given = {"epochs": 4, "batch_size": 16, "shuffle": False, **more["fit"]}
    regularizer = "l2" if "split" in name else None
    model = Sequential(
        [
            Dense(8, activation="tanh", kernel_regularizer=regularizer),
            Dense(last[0], activation=last[1]),
        ],
        input_shape=(_INPUTS,),
        dtype="float64",
        seed=1,
    )
    keras = load().keras
    ours = optimizers.get(optimizer)
    twin = model_to_keras(model)
    twin.compile(
        optimizer=optimizer_to_keras(ours),
        loss=loss_to_keras(losses.get(loss), "float64"),
        metrics=metrics,
    )
    x, y, weights = _data(loss, last[0])
    if given.get("sample_weight"):
        given["sample_weight"] = weights
    if given.get("validation_data"):
        given["validation_data"] = _data(loss, last[0], seed=9)[:2]
    theirs = {**given}
    if given.get("callbacks"):
        given["callbacks"] = _callbacks(callbacks)
        theirs["callbacks"] = _callbacks(keras.callbacks)
    history = _fit_keras(twin, x, y, theirs)
    run = fit(
        model, x, y, loss=loss, optimizer=ours, metrics=metrics, seed=_SEED, **given
    )
    found = list(_compared(name, run.history, history, model, twin))
    row = ("fits", name, "float64", "graph", "", _WEIGHTS, found)
    return Result(*row, seconds=time.perf_counter() - started)


def _data(loss: str, units: int, seed: int = 3) -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((_ROWS, _INPUTS))
    y: Array = x[:, :units] ** 2
    if loss.startswith("sparse"):
        y = (x[:, 0] + x[:, 1] > 0.8).astype(np.int64) + (x[:, 2] > 0)
    elif loss.startswith("binary"):
        y = (x[:, :1] > 0.4).astype(np.float64)
    return x, y, rng.uniform(0.1, 3.0, _ROWS)


def _callbacks(module: Any) -> list[Any]:
    """Return the callbacks of ours or of tf.keras: the names are the same."""

    def rate(epoch: int, current: float) -> float:
        return float(np.float32(current) * np.float32(0.9 if epoch < 3 else 1.0))

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


def _fit_keras(twin: Any, x: Array, y: Array, given: dict[str, Any]) -> dict[str, Any]:
    """Train the twin on the rows in the order that ours documents; return its history.

    An epoch's order is the permutation of the stream [seed, epoch, 0].
    """
    if not given["shuffle"]:
        found: dict[str, Any] = twin.fit(x, y, verbose=0, **given).history
        return found
    history: dict[str, Any] = {}
    for epoch in range(given["epochs"]):
        order = np.random.default_rng([_SEED, epoch, 0]).permutation(len(x))
        row = twin.fit(
            x[order],
            y[order],
            sample_weight=given["sample_weight"][order],
            batch_size=given["batch_size"],
            shuffle=False,
            verbose=0,
        ).history
        for key, values in row.items():
            history.setdefault(key, []).extend(values)
    return history


def _compared(
    name: str, ours: dict[str, Any], theirs: dict[str, Any], model: Any, twin: Any
) -> Iterator[Comparison]:
    for key in sorted({*ours, *theirs}):
        actual = np.array(ours.get(key, []), np.float32)
        expected = np.array(theirs.get(key, []), np.float32)
        yield _one(actual, expected, EXACT, name, key)
    for (label, array), variable in zip(model.weights, twin.weights, strict=True):
        yield _one(array, variable.numpy(), _WEIGHTS, name, label)


def _one(
    actual: Array, expected: Array, allowed: Tolerance, name: str, tensor: str
) -> Comparison:
    scale = np.full(expected.shape, np.abs(expected).max(initial=0.0))
    where = Where(name, expected.dtype.name, "fit", None, tensor)
    return compare(actual, expected, allowed, where, scale)
