"""Class weights: who weighs what, in every form of target."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from optlab import InputError
from optlab.training.class_weights import class_weights

LABELS = np.array([0, 0, 0, 1, 2, 2])
ONE_HOT = np.eye(3)[LABELS]
BINARY = np.array([[0.0], [1.0], [0.0], [0.0]])


@pytest.mark.parametrize("targets", [LABELS, LABELS[:, None], ONE_HOT])
def test_balanced_is_scikit_learn_s(targets):
    table, rows = class_weights("balanced", targets, 3)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=LABELS)
    assert [table[k] for k in range(3)] == pytest.approx(expected)
    assert rows == pytest.approx(expected[LABELS])


def test_a_class_that_is_not_named_weighs_one():
    assert class_weights({1: 5}, LABELS, 3)[1].tolist() == [1, 1, 1, 5, 1, 1]
    assert class_weights({"1": 3.0}, BINARY, 1)[1].tolist() == [1, 3, 1, 1]


def test_balanced_counts_only_the_classes_present():
    table, rows = class_weights("balanced", np.array([0, 0, 2]), 3)
    assert sorted(table) == [0, 2]
    assert rows.sum() == pytest.approx(3)


@pytest.mark.parametrize(
    "weight, targets, message",
    [
        ("equal", LABELS, "'balanced'"),
        ([1, 2, 3], LABELS, "table of class"),
        ({3: 1.0}, LABELS, "classes from 0 to 2. Received: 3"),
        ({"one": 1.0}, LABELS, "'one'"),
        ({0.5: 1.0}, LABELS, "0.5"),
        ({0: -1.0}, LABELS, "at least 0. Received: -1.0 for class 0"),
        ({0: np.nan}, LABELS, "finite"),
        ({0: "2"}, LABELS, "finite numbers"),
        ("balanced", np.array([0.3, 1.7]), "integer class labels"),
        ("balanced", np.array([-1.0, 1.0]), "integer class labels"),
        ("balanced", np.array([[1, 1, 0], [0, 0, 0]]), "not one-hot"),
    ],
)
def test_bad_input(weight, targets, message):
    with pytest.raises(InputError, match=message):
        class_weights(weight, targets, 3)
