"""scikit-learn: `MLPClassifier`, whose Adam has the same epsilon as tf.keras's."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from optlab.bench.case import Subject
from optlab.bench.work import RATE, FitWork


def fit(mode: str, work: FitWork) -> Subject | None:
    """Train with `fit`, starting where the call before ended."""
    if not work.units:
        return None
    x, y = work.data
    model = _network(work, work.epochs, True, x, y)

    def run() -> None:
        _fit(model, x, y)

    def result() -> list[Any]:
        head, labels = work.head()
        fresh = _network(work, 1, False, head, labels)
        _fit(fresh, head, labels)
        return [_logits(fresh, head)]

    return Subject("sklearn", run, result, 0, 1e-3, "ten steps of rounding")


def _network(work: FitWork, epochs: int, shuffle: bool, x: Any, y: Any) -> Any:
    """Return a classifier that goes on from the shared weights."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        work.units[:-1],
        alpha=0.0,
        batch_size=work.batch_size,
        learning_rate_init=RATE,
        epsilon=1e-7,
        max_iter=1,
        shuffle=shuffle,
        n_iter_no_change=1_000_000,
        warm_start=True,
        random_state=0,
    )
    # A first fit lays out the weights; every class must be in it.
    _, first = np.unique(y, return_index=True)
    model.set_params(batch_size=1)
    _fit(model, x[first], y[first])
    model.set_params(batch_size=work.batch_size, max_iter=epochs)
    weights = work.weights()
    model.coefs_ = weights[::2]
    model.intercepts_ = weights[1::2]
    return model


def _fit(model: Any, x: Any, y: Any) -> None:
    with warnings.catch_warnings():
        # It says that it has not converged.
        warnings.simplefilter("ignore")
        model.fit(x, y)


def _logits(model: Any, x: Any) -> Any:
    """Return what the softmax is taken of."""
    end = x
    for kernel, bias in zip(model.coefs_, model.intercepts_, strict=True):
        start = end
        end = start @ kernel + bias
        end = end if kernel is model.coefs_[-1] else np.maximum(end, 0)
    return end.astype(np.float32)
