import numpy as np
import pytest

from optlab.data import load, names
from optlab.data.sources import SOURCES
from optlab.errors import InputError


@pytest.mark.parametrize(
    ("name", "rows", "features", "task", "classes"),
    [
        ("digits", 1797, 64, "multiclass", 10),
        ("breast-cancer", 569, 30, "binary", 2),
        ("wine", 178, 13, "multiclass", 3),
        ("iris", 150, 4, "multiclass", 3),
        ("diabetes", 442, 10, "regression", 0),
    ],
)
def test_named_sets(name, rows, features, task, classes):
    data = load(name, scale="standard")
    assert len(data.x) + len(data.x_val) == rows
    assert (data.features, data.task, len(data.class_names)) == (
        features,
        task,
        classes,
    )
    assert data.x.dtype == np.float32
    assert data.x.flags.c_contiguous
    if classes:
        assert data.y.dtype == np.int64
        assert set(data.y) == set(data.y_val) == set(range(classes))


def test_every_source_is_listed():
    assert set(SOURCES) <= set(names())
    assert len(names()) == 14


def test_features_by_name():
    data = load("iris", features=["petal width (cm)", "sepal width (cm)"])
    whole = load("iris")
    assert data.feature_names == ("petal width (cm)", "sepal width (cm)")
    np.testing.assert_array_equal(data.x, whole.x[:, [3, 1]])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"source": "digit"}, "Did you mean 'digits'?"),
        ({"source": "iris", "target": "petals"}, "the target of iris is 'species'"),
        ({"source": "iris", "features": ["petal widht (cm)"]}, "petal width"),
        ({"source": "iris", "options": {"noise": 1}}, "arguments of a generator"),
        ({"source": "iris.txt"}, ".csv, .parquet, .npz"),
        ({"source": "no-such.csv", "target": "y"}, "There is no data file"),
    ],
)
def test_bad_source(arguments, message):
    with pytest.raises(InputError, match=r".*") as caught:
        load(**arguments)
    assert message in str(caught.value)


def test_nearest_file_is_named(csv):
    path = csv("a,b\n1,2\n", "house.csv")
    with pytest.raises(InputError, match=r"Did you mean 'house\.csv'"):
        load(path.replace("house", "hous"), target="b")
