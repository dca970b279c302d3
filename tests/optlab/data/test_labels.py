import numpy as np
import pytest

from optlab.data import load
from optlab.data.labels import infer_task
from optlab.errors import InputError

ONE_HOT = np.eye(3)[[0, 1, 2, 1, 0, 2]]


@pytest.mark.parametrize(
    ("y", "y_val", "classification", "task"),
    [
        ([0, 1, 1], None, True, "binary"),
        ([0, 1, 1], None, False, "binary"),
        ([0.0, 1.0], None, None, "binary"),
        ([-1, 1], None, True, "binary"),
        ([0, 0], [0, 1], True, "binary"),
        ([0, 1, 2], None, True, "multiclass"),
        ([0, 1, 2], None, False, "regression"),
        ([0, 1, 2], None, None, "regression"),
        ([0.5, 1], None, True, "regression"),
        ([np.nan, np.nan], None, True, "regression"),
        ([[0], [1]], None, True, "binary"),
        (ONE_HOT, [0, 1], True, "multiclass"),
        (ONE_HOT, [0, 1], False, "multiclass"),
        (np.eye(2), None, None, "binary"),
        ([[1, 1], [0, 0]], None, True, "multilabel"),
        ([[1.0, 1.5], [0, 0]], None, False, "regression"),
    ],
)
def test_task(y, y_val, classification, task):
    y_val = None if y_val is None else np.asarray(y_val)
    assert infer_task(np.asarray(y), y_val, classification) == task


def archive(path, **arrays):
    rows = len(arrays["y"])
    arrays["x"] = np.arange(rows, dtype=float)[:, np.newaxis]
    if "y_val" in arrays:
        arrays["x_val"] = arrays["x"][: len(arrays["y_val"])]
    np.savez(path / "t.npz", **arrays)
    return str(path / "t.npz")


@pytest.mark.parametrize(
    ("y", "y_val", "expected"),
    [
        (ONE_HOT, [2, 0], [[0, 0, 1], [1, 0, 0]]),
        ([0, 1, 2], ONE_HOT[:2], [0, 1]),
        ([[0], [1], [0]], [1, 0], [[1], [0]]),
        ([0, 1, 0], [[1], [0]], [1, 0]),
    ],
)
def test_validation_targets_take_the_form_of_the_others(tmp_path, y, y_val, expected):
    data = load(archive(tmp_path, y=y, y_val=y_val), classification=True)
    np.testing.assert_array_equal(data.y_val, expected)
    assert data.y_val.dtype == data.y.dtype


def test_labels_whatever_the_form(tmp_path):
    path = archive(tmp_path, y=ONE_HOT, y_val=[2, 0])
    data = load(path, classification=True)
    assert data.one_hot
    np.testing.assert_array_equal(data.labels(data.y), [0, 1, 2, 1, 0, 2])
    np.testing.assert_array_equal(data.labels(data.y_val), [2, 0])
    with pytest.raises(ValueError, match="has labels"):
        load("diabetes").labels(data.y)


def test_one_hot():
    wide, thin = load("iris", one_hot=True), load("iris")
    assert wide.y.dtype == np.float32
    np.testing.assert_array_equal(wide.y, np.eye(3)[thin.y])
    np.testing.assert_array_equal(wide.y_val.argmax(axis=1), thin.y_val)
    with pytest.raises(InputError, match="one_hot needs one class a row"):
        load("diabetes", one_hot=True)


def test_forms_that_do_not_agree(tmp_path):
    path = archive(tmp_path, y=ONE_HOT, y_val=ONE_HOT[:, :2] * 0.5)
    with pytest.raises(InputError, match="y_val must have the form of y, 3 columns"):
        load(path, classification=True)
    path = archive(tmp_path, y=["a", "b"], y_val=[0, 1])
    with pytest.raises(InputError, match="must both hold text or both numbers"):
        load(path, classification=True)


def test_text_classes_seen_only_in_validation_count(tmp_path):
    path = archive(tmp_path, y=["a", "c"], y_val=["b", "c"])
    data = load(path, classification=True)
    assert data.class_names == ("a", "b", "c")
    np.testing.assert_array_equal(data.y_val, [1, 2])
