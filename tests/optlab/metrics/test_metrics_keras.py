"""Metrics against tf.keras's own, batch by batch."""

import keras
import numpy as np
import pytest

from optlab import metrics

RNG = np.random.default_rng(1)
LABELS = RNG.integers(0, 3, (40, 1))
ONE_HOT = np.eye(3, dtype="float32")[LABELS[:, 0]]
SCORES = RNG.random((40, 3)).astype("float32")
BINARY = RNG.integers(0, 2, (40, 1)).astype("float32")
# Scores on the edges of the buckets and outside them, too.
EDGES = np.concatenate([np.arange(30) / 199, [-1, 0, 1, 2, 0.5] * 2])
EDGES = EDGES[:, None].astype("float32")


@pytest.mark.parametrize(
    "name, twin, y_true, y_pred",
    [
        ("auc", keras.metrics.AUC(), BINARY, EDGES),
        ("auc", keras.metrics.AUC(), ONE_HOT, SCORES),
        (
            {"name": "auc", "from_logits": True, "num_thresholds": 20},
            keras.metrics.AUC(from_logits=True, num_thresholds=20),
            BINARY,
            EDGES * 8 - 4,
        ),
        ("binary_accuracy", keras.metrics.BinaryAccuracy(), BINARY, EDGES),
        ("binary_accuracy", keras.metrics.BinaryAccuracy(), ONE_HOT, SCORES),
        (
            "sparse_categorical_accuracy",
            keras.metrics.SparseCategoricalAccuracy(),
            LABELS,
            SCORES,
        ),
        ("categorical_accuracy", keras.metrics.CategoricalAccuracy(), ONE_HOT, SCORES),
        ("mae", keras.metrics.MeanAbsoluteError(), ONE_HOT, SCORES),
        ("mse", keras.metrics.MeanSquaredError(), ONE_HOT, SCORES),
        ("rmse", keras.metrics.RootMeanSquaredError(), ONE_HOT, SCORES),
        ("r2", keras.metrics.R2Score(), ONE_HOT, SCORES),
    ],
)
def test_equals_keras(name, twin, y_true, y_pred):
    ours = metrics.get(name).bind(y_true.shape, y_pred.shape)
    for rows in (slice(0, 17), slice(17, 40)):
        ours.update(y_true[rows], y_pred[rows])
        twin.update_state(y_true[rows], y_pred[rows])
    assert ours.result() == pytest.approx(float(twin.result()), rel=2e-6)
