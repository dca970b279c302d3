"""Whole trainings with one to three odd arguments: refused ones change no weight."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import optlab
from benchmarks.fuzz.judge import Verdict, WrongAcceptance, judge
from benchmarks.fuzz.values import Rng, array, scalar
from optlab.errors import InputError

_KEYS = (
    "x", "y", "loss", "optimizer", "batch_size", "epochs", "steps", "validation_data",
    "validation_split", "class_weight", "sample_weight", "callbacks", "metrics",
    "shuffle", "seed", "plain", "record", "resume", "progress", "check_finite",
    "strict",
)  # fmt: skip
#: Unusual but sound; the half of a case's arguments that are not odd.
_SOUND: dict[str, tuple[Any, ...]] = {
    "optimizer": (*optlab.optimizers.names(), {"name": "sgd", "momentum": 0.9}),
    "loss": ("mse", "mae", "huber", {"name": "mse", "reduction": "sum"}),
    "batch_size": (1, 2, 7, 1000, np.int64(3)),
    "epochs": (1, 2, 3),
    "steps": (1, 2, 5),
    "validation_split": (0.0, 0.25, 0.5),
    "class_weight": (None, "balanced", {0: 2.0}),
    "callbacks": ((), "terminate_on_nan", {"name": "early_stopping", "patience": 1}),
    "metrics": (None, "mae", ["mse"], lambda y, p: 1.0),
    "record": (None, 1, 2),
}


#: Arguments that ask for a length; above this it is what was asked for.
_LONG = 50
_STATUSES = {"finished", "stopped_early", "diverged", "interrupted"}


def _sound(rng: Rng) -> tuple[Any, dict[str, Any]]:
    units = int(rng.integers(1, 4))
    rows = int(rng.integers(4, 12))
    layers = [optlab.Dense(3, activation="relu"), optlab.Dense(units)]
    model = optlab.Sequential(layers, input_shape=(2,))
    x = rng.standard_normal((rows, 2)).astype(np.float32)
    arguments: dict[str, Any] = {"x": x, "loss": "mse", "optimizer": "adam"}
    arguments["y"] = rng.standard_normal((rows, units)).astype(np.float32)
    if units > 1 and rng.random() < 0.5:
        arguments["y"] = rng.integers(0, units, rows)
        arguments["loss"] = {
            "name": "sparse_categorical_crossentropy",
            "from_logits": True,
        }
        arguments["metrics"] = ["accuracy", "balanced_accuracy"]
    return model, arguments


def _odd(rng: Rng, key: str, arguments: dict[str, Any]) -> Any:
    if rng.random() < 0.5:
        if key in _SOUND:
            return _SOUND[key][rng.integers(len(_SOUND[key]))]
        if key in ("shuffle", "plain", "strict"):
            return rng.random() < 0.5
    if key in ("x", "y", "sample_weight") and rng.random() < 0.8:
        shape = arguments["x"].shape[:1] if key == "sample_weight" else None
        return array(rng, shape or arguments[key].shape)
    if key == "validation_data" and rng.random() < 0.8:
        return tuple(array(rng, arguments[k].shape) for k in ("x", "y"))
    return scalar(rng)


def case(rng: Rng) -> Verdict:
    """Return the verdict on one case of this part."""
    model, arguments = _sound(rng)
    odd = {}
    for key in rng.choice(_KEYS, rng.integers(1, 4), replace=False):
        odd[str(key)] = _odd(rng, str(key), arguments)
    long = [odd.get(key) for key in ("epochs", "steps")]
    if any(isinstance(n, (int, float, np.number)) and n > _LONG for n in long):
        odd.pop("epochs", None), odd.pop("steps", None)
    given = arguments | odd
    before = model.parameters.flat.copy()

    def call() -> None:
        try:
            run = optlab.fit(model, given.pop("x"), given.pop("y"), **given)
        except InputError:
            if not np.array_equal(model.parameters.flat, before):
                raise WrongAcceptance("refused after weights had changed") from None
            raise
        if run.status not in _STATUSES:
            raise WrongAcceptance(f"status {run.status!r}")
        finite = all(map(math.isfinite, run.history.get("loss", [])))
        if run.status == "finished" and not finite:
            raise WrongAcceptance(f"finished with a loss of {run.history['loss']}")

    what = f"fit({', '.join(f'{k}={v!r:.50}' for k, v in odd.items())})"
    return judge(what.replace("\n", " "), call)
