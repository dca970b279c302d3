"""Precision, recall, top-k accuracy and the metrics of losses against tf.keras."""

import keras
import numpy as np
import pytest

from optlab import metrics
from optlab.errors import InputError

RNG = np.random.default_rng(3)
SCORES = (RNG.integers(0, 12, (60, 6)) / 12).astype("float32")
LABELS = RNG.integers(0, 6, 60)
ONE_HOT = np.eye(6, dtype="float32")[LABELS]
MANY = RNG.integers(0, 2, (60, 6)).astype("float32")


@pytest.mark.parametrize(
    ("name", "arguments", "y"),
    [
        ("Precision", {}, MANY),
        ("Recall", {}, MANY),
        ("Precision", {"thresholds": 0.25}, MANY),
        ("Recall", {"thresholds": [0.75]}, MANY),
        ("Precision", {"class_id": 2}, MANY),
        ("Recall", {"class_id": 0, "thresholds": 0.3}, MANY),
        ("Precision", {"top_k": 2}, MANY),
        ("Recall", {"top_k": 3}, ONE_HOT),
        ("Precision", {"top_k": 4, "thresholds": 0.4}, MANY),
        ("Recall", {"top_k": 2, "class_id": 3}, MANY),
        ("TopKCategoricalAccuracy", {}, ONE_HOT),
        ("TopKCategoricalAccuracy", {"k": 2}, ONE_HOT),
        ("SparseTopKCategoricalAccuracy", {"k": 3}, LABELS),
        ("SparseTopKCategoricalAccuracy", {"k": 9}, LABELS[:, None]),
        ("CategoricalHinge", {}, ONE_HOT),
        ("CosineSimilarity", {}, MANY + 0.5),
        ("Hinge", {}, MANY),
        ("KLDivergence", {}, ONE_HOT),
        ("LogCoshError", {}, MANY),
        ("MeanAbsolutePercentageError", {}, MANY + 1),
        ("MeanSquaredLogarithmicError", {}, MANY),
        ("Poisson", {}, MANY),
        ("SquaredHinge", {}, MANY),
    ],
)
def test_equals_keras(name, arguments, y):
    twin = getattr(keras.metrics, name)(**arguments)
    ours = metrics.get({"class_name": name, "config": twin.get_config()})
    assert ours.name == twin.name
    ours = ours.bind(y.shape, SCORES.shape)
    for rows in (slice(0, 33), slice(33, 60)):
        ours.update(y[rows], SCORES[rows])
        twin.update_state(y[rows], SCORES[rows])
    assert ours.result() == pytest.approx(float(twin.result()), rel=2e-6)
    again = type(ours)(**ours.get_config())
    again.load_state(ours.save_state())
    assert again.result() == ours.result()


def test_outputs_that_are_not_finite_are_in_no_top():
    scores = np.float32([[np.nan, 1, 0], [np.inf, 1, 0], [0, 1, 2]])
    twin = keras.metrics.SparseTopKCategoricalAccuracy(k=3)
    twin.update_state(np.array([1, 1, 1]), scores)
    ours = metrics.SparseTopKCategoricalAccuracy(k=3)
    assert ours([1, 1, 1], scores) == pytest.approx(float(twin.result()))


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("Precision", {"thresholds": [0.2, 0.5]}, "must be one number"),
        ("Recall", {"thresholds": 1.5}, r"must be in \[0, 1\]"),
        ("Recall", {"class_id": -1}, "`class_id` must be an integer of at least 0"),
        ("Precision", {"top_k": 0}, "`top_k` must be an integer of at least 1"),
        ("TopKCategoricalAccuracy", {"k": 0}, "`k` must be an integer of at least 1"),
        ("SparseTopKCategoricalAccuracy", {"from_sorted_ids": True}, "must be False"),
    ],
)
def test_bad_arguments(name, arguments, message):
    with pytest.raises(InputError, match=message):
        getattr(metrics, name)(**arguments)


def test_a_class_that_is_not_there():
    with pytest.raises(InputError, match="below the number of outputs, 6"):
        metrics.Precision(class_id=6)(MANY, SCORES)
