"""Metrics against NumPy and scikit-learn; running figures; bad input."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score

from optlab import InputError, metrics

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 50)
ONE_HOT = np.eye(4, dtype="float32")[LABELS]
SCORES = RNG.random((50, 4)).astype("float32")
BINARY = RNG.integers(0, 2, (50, 1)).astype("float32")
PROBABILITIES = RNG.random((50, 1)).astype("float32")
TARGETS = RNG.normal(1000, 3, (50, 2))
OUTPUTS = TARGETS + RNG.normal(0, 1, (50, 2))
HIT = SCORES.argmax(1) == LABELS
SIDE = (PROBABILITIES > 0.5) == BINARY


@pytest.mark.parametrize(
    "name, y_true, y_pred, expected",
    [
        ("accuracy", LABELS, SCORES, HIT.mean()),
        ("acc", LABELS[:, None].astype("float32"), SCORES, HIT.mean()),
        ("accuracy", ONE_HOT, SCORES, HIT.mean()),
        ("accuracy", BINARY, PROBABILITIES, SIDE.mean()),
        ("binary_accuracy", ONE_HOT, SCORES, ((SCORES > 0.5) == ONE_HOT).mean()),
        ("balanced_accuracy", LABELS, SCORES, None),
        ("balanced_accuracy", ONE_HOT, SCORES, None),
        ("mae", TARGETS, OUTPUTS, np.abs(TARGETS - OUTPUTS).mean()),
        ("mse", TARGETS, OUTPUTS, np.square(TARGETS - OUTPUTS).mean()),
        ("rmse", TARGETS, OUTPUTS, np.sqrt(np.square(TARGETS - OUTPUTS).mean())),
        ("r2", TARGETS, OUTPUTS, r2_score(TARGETS, OUTPUTS)),
    ],
)
def test_values_and_batches(name, y_true, y_pred, expected):
    if expected is None:
        expected = balanced_accuracy_score(LABELS, SCORES.argmax(1))
    metric = metrics.get(name)
    assert metric.name == name
    assert metric(y_true, y_pred) == pytest.approx(expected, rel=1e-9)
    running = metric.bind(y_true.shape, y_pred.shape)
    assert running.result() == 0.0
    running.update(y_true[:30], y_pred[:30])
    again = metrics.get(name).bind(y_true.shape, y_pred.shape)
    again.load_state(running.save_state())
    for each in (running, again):
        each.update(y_true[30:], y_pred[30:])
        assert each.result() == pytest.approx(expected, rel=1e-9)
    running.reset()
    assert running.result() == 0.0


def test_balanced_accuracy_binary_logits_and_labels():
    metric = metrics.BalancedAccuracy()
    expected = balanced_accuracy_score(BINARY[:, 0], PROBABILITIES[:, 0] > 0.5)
    assert metric(BINARY, PROBABILITIES) == pytest.approx(expected)
    bound = metrics.BalancedAccuracy().bind((50, 1), (50, 1), from_logits=True)
    bound.update(BINARY, PROBABILITIES - 0.5)
    assert bound.result() == pytest.approx(expected)
    labels = metrics.BalancedAccuracy(multi_label=True)
    each = [
        balanced_accuracy_score(ONE_HOT[:, k], SCORES[:, k] > 0.5) for k in range(4)
    ]
    assert labels(ONE_HOT, SCORES) == pytest.approx(np.mean(each))


def test_balanced_accuracy_of_a_constant_guess():
    labels = np.array([0, 0, 0, 0, 1, 2])
    guess = np.tile([0.5, 0.3, 0.2], (6, 1))
    assert metrics.BalancedAccuracy()(labels, guess) == pytest.approx(1 / 3)


def test_auc_follows_logits_and_approximates_the_exact_area():
    exact = roc_auc_score(BINARY[:, 0], PROBABILITIES[:, 0])
    assert metrics.AUC()(BINARY, PROBABILITIES) == pytest.approx(exact, abs=0.01)
    logits = np.log(PROBABILITIES / (1 - PROBABILITIES))
    follows = metrics.AUC().bind((50, 1), (50, 1), from_logits=True)
    follows.update(BINARY, logits)
    assert follows.result() == pytest.approx(exact, abs=0.01)
    explicit = metrics.AUC(from_logits=True)
    assert explicit(BINARY, logits) == follows.result()


def test_auc_of_one_class_or_nan():
    assert metrics.AUC()([1.0, 1.0], [0.3, 0.9]) == 0.0
    assert metrics.AUC()([0.0, 1.0], [np.nan, 0.9]) == 1.0


def test_r2_of_constant_targets():
    assert metrics.R2Score()([2.0, 2.0], [2.0, 2.0]) == 1.0
    assert metrics.R2Score()([2.0, 2.0], [2.0, 3.0]) == 0.0


def test_function_metric():
    def bias(y_true, y_pred):
        return (y_pred - y_true).mean(axis=1)

    metric = metrics.get(bias)
    assert metric.name == "bias"
    assert metric(TARGETS, OUTPUTS) == pytest.approx((OUTPUTS - TARGETS).mean())
    with pytest.raises(InputError, match="one number, or one a row"):
        metrics.get(lambda y, p: p[:3])(TARGETS, OUTPUTS)


@pytest.mark.parametrize(
    "identifier, message",
    [
        ("acuracy", "Did you mean 'accuracy'"),
        ({"name": "auc", "tresholds": 3}, "num_thresholds"),
        ({"threshold": 3}, "needs a `name`"),
        ({"name": "auc", "num_thresholds": 1}, "at least 2"),
        (3, "A metric must be"),
    ],
)
def test_bad_identifiers(identifier, message):
    with pytest.raises(InputError, match=message):
        metrics.get(identifier)


@pytest.mark.parametrize("given", [["mae", "mae"], ["loss"], [{"name": "val_auc"}]])
def test_names_are_unique(given):
    with pytest.raises(InputError):
        metrics.get_all(given)


@pytest.mark.parametrize(
    "name, y_true, y_pred",
    [
        ("mae", (5, 1), (1, 5)),
        ("mae", (5,), (5, 3)),
        ("auc", (5,), (5, 3)),
        ("sparse_categorical_accuracy", (5, 3), (5, 3)),
        ("accuracy", (5, 2), (5, 3)),
        ("balanced_accuracy", (5, 2), (5, 3)),
    ],
)
def test_shapes_that_do_not_fit(name, y_true, y_pred):
    with pytest.raises(InputError, match="shape"):
        metrics.get(name)(np.ones(y_true), np.ones(y_pred))


def test_keras_configurations_and_directions():
    config = {"class_name": "AUC", "config": {"name": "auc", "num_thresholds": 50}}
    assert metrics.get(config).num_thresholds == 50
    assert metrics.get("BinaryAccuracy").get_config()["threshold"] == 0.5
    assert [metrics.direction(n) for n in ("rmse", "auc", "new")] == [
        "min",
        "max",
        None,
    ]
