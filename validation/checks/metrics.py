"""Metrics against tf.keras's, over two batches."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from optlab import metrics
from optlab.typing import Array
from optlab.validation.checks.tolerances import METRIC
from optlab.validation.parity import Where, compare
from optlab.validation.results import Result
from optlab.validation.runtime import load

#: tf.keras's class, its arguments, and which targets it is given.
METRICS: list[tuple[str, dict[str, Any], str]] = [
    ("AUC", {}, "many"),
    ("AUC", {"from_logits": True, "num_thresholds": 20}, "many"),
    ("BinaryAccuracy", {}, "many"),
    ("CategoricalAccuracy", {}, "one_hot"),
    ("SparseCategoricalAccuracy", {}, "labels"),
    ("TopKCategoricalAccuracy", {"k": 2}, "one_hot"),
    ("SparseTopKCategoricalAccuracy", {"k": 3}, "labels"),
    ("Precision", {}, "many"),
    ("Precision", {"top_k": 2}, "many"),
    ("Precision", {"thresholds": 0.25, "class_id": 2}, "many"),
    ("Recall", {}, "many"),
    ("Recall", {"top_k": 3}, "one_hot"),
    ("Recall", {"thresholds": 0.75, "class_id": 0}, "many"),
    ("CategoricalHinge", {}, "one_hot"),
    ("CosineSimilarity", {}, "many"),
    ("Hinge", {}, "many"),
    ("KLDivergence", {}, "one_hot"),
    ("LogCoshError", {}, "many"),
    ("MeanAbsoluteError", {}, "many"),
    ("MeanAbsolutePercentageError", {}, "many"),
    ("MeanSquaredError", {}, "many"),
    ("MeanSquaredLogarithmicError", {}, "many"),
    ("Poisson", {}, "many"),
    ("R2Score", {}, "many"),
    ("RootMeanSquaredError", {}, "many"),
    ("SquaredHinge", {}, "many"),
]
_ROWS, _CUT, _CLASSES = 60, 33, 6


def check_metrics() -> Iterator[Result]:
    """Yield a row for each metric; tf.keras's count in float32."""
    rng = np.random.default_rng(3)
    # Scores that are equal, and on the thresholds.
    scores = (rng.integers(0, 13, (_ROWS, _CLASSES)) / 12).astype(np.float32)
    labels = rng.integers(0, _CLASSES, _ROWS)
    targets: dict[str, Array] = {
        "labels": labels,
        "one_hot": np.eye(_CLASSES, dtype=np.float32)[labels],
        "many": rng.integers(0, 2, scores.shape).astype(np.float32),
    }
    for name, arguments, kind in METRICS:
        yield _check(name, arguments, targets[kind], scores)


def _check(name: str, arguments: dict[str, Any], y: Array, scores: Array) -> Result:
    started = time.perf_counter()
    twin = getattr(load().keras.metrics, name)(**arguments)
    config = {"class_name": name, "config": twin.get_config()}
    ours = metrics.get(config).bind(y.shape, scores.shape)
    for rows in (slice(0, _CUT), slice(_CUT, None)):
        ours.update(y[rows], scores[rows])
        twin.update_state(y[rows], scores[rows])
    actual = np.asarray(ours.result(), np.float32)
    expected = np.asarray(twin.result(), np.float32)
    label = " ".join([ours.name, *(f"{k}={v}" for k, v in arguments.items())])
    where = Where(label, "float32", "eager", None, "value")
    found = [compare(actual, expected, METRIC, where, np.abs(expected))]
    seconds = time.perf_counter() - started
    row = ("metrics", label, "float32", "eager", "", METRIC, found)
    return Result(*row, seconds=seconds)
