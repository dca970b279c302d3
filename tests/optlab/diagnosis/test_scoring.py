"""Scores: 0 for a constant guess, 1 for perfect, and exact values between."""

import numpy as np
import pytest

from optlab.diagnosis.scoring import FLOOR, classes, score

ONE_HOT = np.eye(3)


@pytest.mark.parametrize(
    ("task", "y", "predicted", "expected"),
    [
        # Balanced accuracy 3/4 of two classes: (3/4 - 1/2) / (1/2).
        ("binary", [0, 0, 1, 1], [[0.1], [0.9], [0.9], [0.8]], 0.5),
        ("binary", [0, 0, 0, 1], [[0.1]] * 4, 0.0),
        ("binary", [0, 1], [[0.9], [0.1]], -1.0),
        # One of three classes missed: (2/3 - 1/3) / (2/3).
        ("multiclass", [0, 1, 2], ONE_HOT[[0, 1, 1]], 0.5),
        ("multiclass", [0, 1, 2], ONE_HOT, 1.0),
        ("multiclass", ONE_HOT, ONE_HOT[[0, 1, 1]], 0.5),
        # Only one class occurs: the accuracy.
        ("binary", [1, 1, 1, 1], [[0.9], [0.9], [0.9], [0.1]], 0.75),
        # Labels: one found always, one never better than chance.
        ("multilabel", [[0, 0], [1, 1]], [[0.1, 0.9], [0.9, 0.9]], 0.5),
        ("regression", [0.0, 2.0], [[0.0], [2.0]], 1.0),
        ("regression", [0.0, 2.0], [[1.0], [1.0]], 0.0),
        ("regression", [0.0, 2.0], [[0.0], [1.0]], 0.5),
        ("regression", [0.0, 2.0], [[1e3], [1e3]], FLOOR),
        ("regression", [3.0, 3.0], [[3.0], [3.0]], 1.0),
        ("regression", [3.0, 3.0], [[3.0], [4.0]], FLOOR),
    ],
)
def test_exact(task, y, predicted, expected):
    assert score(task, np.array(y), np.array(predicted)) == pytest.approx(expected)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_not_finite_is_no_score(bad):
    assert score("regression", np.zeros(2), np.array([[0.0], [bad]])) is None


def test_logits_are_cut_at_0():
    y, logits = np.array([0, 1]), np.array([[-0.3], [0.3]])
    assert score("binary", y, logits, logits=True) == 1.0
    assert score("binary", y, logits) == 0.0


def test_labels_of_plus_and_minus_one():
    assert score("binary", np.array([-1, 1]), np.array([[0.1], [0.9]])) == 1.0


def test_classes_of_any_coding():
    np.testing.assert_array_equal(classes(ONE_HOT), [0, 1, 2])
    np.testing.assert_array_equal(classes(np.array([[2], [0]])), [2, 0])
