"""Experiments that several cases start from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.data import Data
from optlab.experiments import Experiment

#: The name of data that a variant makes itself; no such file is read.
MADE = "made.npz"


def digits(hidden: Sequence[int] = (64,), **tables: Any) -> Experiment:
    """Return a relu network with softmax output on the handwritten digits."""
    return _classifier("digits", hidden, 10, tables)


def wine(hidden: Sequence[int] = (16,), **tables: Any) -> Experiment:
    """Return a relu network with softmax output on the three kinds of wine."""
    return _classifier("wine", hidden, 3, tables)


def tumours(hidden: Sequence[int] = (64,), **tables: Any) -> Experiment:
    """Return a relu network with one sigmoid output on the breast cancer data."""
    return _classifier("breast_cancer", hidden, 1, tables)


def _classifier(
    source: str, hidden: Sequence[int], classes: int, tables: dict[str, Any]
) -> Experiment:
    layers = [{"units": units, "activation": "relu"} for units in hidden]
    if classes > 1:
        final, loss = "softmax", "sparse_categorical_crossentropy"
    else:
        final, loss = "sigmoid", "binary_crossentropy"
    made = {
        "data": {"source": source, "scale": "standard"},
        "model": {"layers": [*layers, {"units": classes, "activation": final}]},
        "loss": {"name": loss},
        "optimizer": {"name": "adam", "learning_rate": 0.001},
        "training": {"epochs": 50},
    }
    return Experiment(**{**made, **tables})


def regression(layers: Sequence[Any], optimizer: Any, **training: Any) -> Experiment:
    """Return a regression on rows that the variant makes itself, with squared error."""
    return Experiment(
        data={"source": MADE},
        model={"layers": list(layers)},
        loss={"name": "mean_squared_error"},
        optimizer=dict(optimizer),
        training={"metrics": [], **training},
    )


def table(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    x_val: npt.ArrayLike | None = None,
    y_val: npt.ArrayLike | None = None,
    task: Any = "regression",
    class_names: Sequence[str] = (),
) -> Data:
    """Return arrays as data for a variant, amounts as float32."""
    kind = np.float32 if task == "regression" else np.int64
    rows = np.ascontiguousarray(x, np.float32)
    return Data(
        x=rows,
        y=np.ascontiguousarray(y, kind),
        x_val=None if x_val is None else np.ascontiguousarray(x_val, np.float32),
        y_val=None if y_val is None else np.ascontiguousarray(y_val, kind),
        task=task,
        feature_names=tuple(f"x{k}" for k in range(rows.shape[1])),
        class_names=tuple(class_names),
        source="made",
    )


def standardized(x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return columns with mean 0 and (population) standard deviation 1."""
    values = np.asarray(x, np.float64)
    return np.asarray((values - values.mean(axis=0)) / values.std(axis=0))
