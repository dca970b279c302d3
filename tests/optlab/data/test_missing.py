import numpy as np
import pytest

from optlab.data import load
from optlab.data.missing import absent
from optlab.errors import InputError

TABLE = "a,kind,y\n1,u,1\n,u,2\n4,,3\n5,v,4\n10,u,5\n"


def test_absent_knows_each_kind():
    np.testing.assert_array_equal(absent(np.array([None, "a"], object)), [True, False])
    np.testing.assert_array_equal(absent(np.array([1, np.nan, np.inf])), [0, 1, 1])
    assert not absent(np.array([[1, 2]])).any()


def test_rows_are_dropped(csv):
    data = load(csv(TABLE), target="y", missing="drop", validation=0)
    np.testing.assert_array_equal(data.y, [1, 4, 5])
    assert data.notes == ("2 rows with missing values dropped",)


@pytest.mark.parametrize(("how", "value"), [("mean", 5.0), ("median", 4.5)])
def test_numbers_by_statistic_and_categories_by_majority(csv, how, value):
    data = load(csv(TABLE), target="y", missing=how, validation=0)
    assert data.x[1, 0] == value
    np.testing.assert_array_equal(data.x[2, 1:], [1, 0])
    assert "missing values replaced" in data.notes[0]


def test_fills_come_from_the_training_rows_alone(tmp_path):
    np.savez(
        tmp_path / "t.npz",
        x=[[1.0], [3.0], [np.nan]],
        y=[0.5, 1.5, 2.5],
        x_val=[[np.inf], [100.0]],
        y_val=[1.0, 2.5],
    )
    data = load(str(tmp_path / "t.npz"), missing="mean")
    np.testing.assert_array_equal(data.x[:, 0], [1, 3, 2])
    np.testing.assert_array_equal(data.x_val[:, 0], [2, 100])


def test_validation_rows_are_looked_at(tmp_path):
    arrays = {"x": [[1.0]], "y": [1.5], "x_val": [[np.nan]], "y_val": [1.5]}
    np.savez(tmp_path / "t.npz", **arrays)
    with pytest.raises(InputError, match=r"validation rows of t\.npz, row 0"):
        load(str(tmp_path / "t.npz"))
    with pytest.raises(InputError, match="is not a readable"):
        (tmp_path / "u.npz").write_bytes(b"")
        load(str(tmp_path / "u.npz"))


def test_targets_are_never_filled_in(csv):
    with pytest.raises(InputError, match="A target cannot be filled in"):
        load(csv("a,y\n1,2\n3,\n"), target="y", missing="mean")


def test_nothing_left(csv):
    with pytest.raises(InputError, match="every row has a missing value"):
        load(csv("a,b,y\n1,,2\n,3,4\n"), target="y", missing="drop")
    with pytest.raises(InputError, match="column 'b' has no value"):
        load(csv("a,b,y\n1,,2\n5,,4\n"), target="y", missing="mean", validation=0)


@pytest.mark.parametrize("scale", ["none", "standard", "minmax", "robust"])
def test_a_diagnosis_sees_them(tmp_path, scale):
    x = np.array([[1.0], [np.nan], [np.inf], [3.0]])
    np.savez(tmp_path / "t.npz", x=x, y=[np.nan, 1.5, 2.5, 3.5])
    data = load(str(tmp_path / "t.npz"), strict=False, validation=0, scale=scale)
    np.testing.assert_array_equal(np.isnan(data.x[:, 0]), [0, 1, 0, 0])
    assert np.isinf(data.x[2, 0])
    assert np.isnan(data.y[0])
