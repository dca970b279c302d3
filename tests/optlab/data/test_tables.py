import warnings

import numpy as np
import pandas as pd
import pytest

from optlab.data import load
from optlab.errors import InputError

HOUSES = """size,rooms,town,price
50,2,Rome,100
80,3,Oslo,200
120,5,Rome,310
65,2,Bonn,150
90,4,Oslo,220
"""


def test_csv_with_a_text_column(csv):
    data = load(csv(HOUSES), target="price", validation=0)
    assert data.feature_names == (
        "size",
        "rooms",
        "town=Bonn",
        "town=Oslo",
        "town=Rome",
    )
    assert data.task == "regression"
    np.testing.assert_array_equal(data.x[0], [50, 2, 0, 0, 1])
    np.testing.assert_array_equal(data.y, [100, 200, 310, 150, 220])


def test_indicators_are_not_scaled(csv):
    data = load(csv(HOUSES), target="price", validation=0, scale="standard")
    np.testing.assert_allclose(data.x[:, :2].mean(axis=0), 0, atol=1e-6)
    assert set(data.x[:, 2:].ravel()) == {0.0, 1.0}


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_separators_quotes_blank_lines_and_marks(tmp_path, separator):
    path = tmp_path / "t.csv"
    path.write_bytes(
        b'\xef\xbb\xbf"a b"; c ;y\r\n\r\n1; 2;3\r\n4;5;6\r\n'.replace(
            b";", separator.encode()
        )
    )
    data = load(str(path), target="y", validation=0)
    assert data.feature_names == ("a b", "c")
    np.testing.assert_array_equal(data.x, [[1, 2], [4, 5]])


def test_text_labels_are_numbered_in_order(csv):
    text = "x,kind\n" + "".join(f"{i},{k}\n" for i, k in enumerate("baccabab" * 3))
    data = load(csv(text), target="kind", classification=True)
    assert data.class_names == ("a", "b", "c")
    assert data.task == "multiclass"
    x, y = np.append(data.x[:, 0], data.x_val[:, 0]), np.append(data.y, data.y_val)
    assert "".join("abc"[label] for label in y[np.argsort(x)]) == "baccabab" * 3


def test_whole_number_labels_of_a_table_are_numbered_from_0(csv):
    text = "x,grade\n1,3\n2,5\n3,9\n4,3\n5,5\n6,9\n"
    data = load(csv(text), target="grade", classification=True, validation=0)
    np.testing.assert_array_equal(data.y, [0, 1, 2, 0, 1, 2])
    assert data.class_names == ("3", "5", "9")
    assert "numbered from 0" in data.notes[0]
    amounts = load(csv(text), target="grade", classification=False, validation=0)
    np.testing.assert_array_equal(amounts.y, [3, 5, 9, 3, 5, 9])


def test_several_targets(csv):
    data = load(csv(HOUSES), target=["price", "rooms"], validation=0)
    assert data.y.shape == (5, 2)
    assert data.target_names == ("price", "rooms")


@pytest.mark.parametrize(
    ("text", "arguments", "message"),
    [
        (
            "a,y\n1,2\n\n3,4\n5x,6\n7,8\n",
            {},
            "line 5, column 'a': expected a number. Received: '5x'",
        ),
        ('a,b,y\n1,"two\nlines",1\n1,u,1\n2,v,x\n3,u,3\n', {}, "line 5, column 'y'"),
        ("a,y\n1,2\n3,?\n5,6\n", {}, "line 3, column 'y'"),
        ('a,y\n"1,5",1\n"2,5",2\n', {}, "Received: '1,5' (2 such cells"),
        ("a,y\n1,2\n,3\n", {}, "line 3, column 'a': the input is missing (NaN)"),
        ("a,y\n1,2\n3,\n", {}, "line 3, column 'y': the target is missing"),
        ("a,y\n1,2\n3,inf\n", {}, "line 3, column 'y': the target is inf"),
        ("town,y\nu,2\n,3\nv,4\n", {}, "line 3, column 'town': the input is missing"),
        (
            "a,y\n1,2\n3,4,5\n",
            {},
            "line 3: expected 2 cells, one a column. Received: 3",
        ),
        ("a,y\n1,2\n3\n", {}, "line 3: expected 2 cells, one a column. Received: 1"),
        ("a,a,y\n1,2,3\n", {}, "the column name 'a' stands 2 times"),
        ("a,,y\n1,2,3\n", {}, "column 2 of 3 has no name"),
        ("5.1,3.5,0\n4.9,3.0,1\n", {}, "the first line must hold the column names"),
        ("", {}, "is empty"),
        ("a,y\n", {}, "has column names but no rows"),
        ("y\n1\n", {}, "no column besides the target"),
        ("a,price\n1,2\n", {"target": "prize"}, "Did you mean 'price'?"),
        ("a,y\n1,2\n", {"target": None}, "needs the key 'target'"),
        ("a,y\n1,2\n", {"features": ["b"]}, "has no column 'b'"),
        ("a,y\n1,2\n", {"features": ["a", "y"]}, "must not hold the target 'y'"),
        ("a,y\n1,u\n2,v\n3,w\n", {"classification": False}, "Use a cross-entropy"),
        ("a,y\n1e300,1\n2,2\n", {}, "more than float32 can hold"),
    ],
)
def test_bad_csv(csv, text, arguments, message):
    with pytest.raises(InputError) as caught:
        load(csv(text), **{"target": "y", **arguments})
    assert message in str(caught.value)


def test_too_many_categories(csv):
    rows = "".join(f"name{i},{i}\n" for i in range(150))
    with pytest.raises(InputError, match="holds 150 different values"):
        load(csv("who,y\n" + rows), target="y")


def test_not_utf_8(tmp_path):
    path = tmp_path / "latin.csv"
    path.write_bytes("größe,y\n1,2\n".encode("latin-1"))
    with pytest.raises(InputError, match=r"not UTF-8 text: byte 2 is 0xf6"):
        load(str(path), target="y")


def test_a_broken_cell_is_missing_when_not_strict(csv):
    data = load(csv("a,y\n1,2\nx,4\n5,6\n7,8\n"), target="y", strict=False)
    assert np.isnan(np.append(data.x, data.x_val)).sum() == 1
    assert "1 cells of column 'a' are no numbers" in data.notes


def test_parquet(tmp_path):
    frame = pd.DataFrame(
        {
            "a": [1, 2, None, 4],
            "flag": [True, False, True, True],
            "kind": pd.Categorical(["u", "v", "u", "v"]),
            "y": [0.5, 1.5, 2.5, 3.5],
        }
    )
    path = str(tmp_path / "t.parquet")
    frame.to_parquet(path)
    with pytest.raises(InputError, match="row 3, column 'a'"):
        load(path, target="y")
    data = load(path, target="y", missing="mean", validation=0)
    np.testing.assert_allclose(data.x[:, 0], [1, 2, 7 / 3, 4])
    assert data.feature_names == ("a", "flag", "kind=u", "kind=v")


@pytest.mark.parametrize("name", ["t.parquet", "t.npz"])
def test_unreadable_files(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 this is neither")
    with pytest.raises(InputError, match="is not a readable"):
        load(str(path), target="y" if name == "t.parquet" else None)


def test_parquet_with_dates_or_lists(tmp_path):
    path = str(tmp_path / "t.parquet")
    pd.DataFrame({"when": pd.to_datetime(["2020-01-01"]), "y": [1]}).to_parquet(path)
    with pytest.raises(InputError, match="column 'when' holds datetime64"):
        load(path, target="y")
    pd.DataFrame({"many": [[1, 2]], "y": [1]}).to_parquet(path)
    with pytest.raises(InputError, match="column 'many' holds a ndarray in row 1"):
        load(path, target="y")


def save(path, **arrays):
    np.savez(path / "t.npz", **arrays)
    return str(path / "t.npz")


X = np.arange(12.0).reshape(6, 2)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X}, "has no array 'y'"),
        ({"a": X, "b": X}, "has no array 'x'; expected x and y, and perhaps x_val"),
        ({"x": X, "y": X[:, 0], "x_val": X}, "has no array 'y_val'"),
        ({"x": X, "y": X[:3, 0]}, "y must have one row a row of x, 6. Received: 3"),
        (
            {"x": X, "y": X[:, 0], "x_val": X[:, :1], "y_val": X[:, 0]},
            "a row of x_val must have the shape of one of x, (2,). Received: (1,)",
        ),
        ({"x": X.astype(str), "y": X[:, 0]}, "x must hold numbers"),
        ({"x": X, "y": np.float64(1)}, "y must hold numbers or text, one row a sample"),
        ({"x": X[:0], "y": X[:0, 0]}, "x must not be empty"),
        ({"x": np.array(1.0), "y": X[:, 0]}, "x must have rows"),
        ({"x": X.astype(object), "y": X[:, 0]}, "is not a readable .npz archive"),
        ({"x": np.where(X == 5, np.nan, X), "y": X[:, 0]}, "row 2 (counting from 0)"),
    ],
)
def test_bad_npz(tmp_path, arrays, message):
    with pytest.raises(InputError) as caught:
        load(save(tmp_path, **arrays))
    assert message in str(caught.value)


def test_npz_is_taken_as_it_is(tmp_path):
    path = save(tmp_path, x=X, y=[1, 2, 3, 1, 2, 3], x_val=X, y_val=[0, 1, 2, 0, 1, 2])
    data = load(path, classification=True)
    np.testing.assert_array_equal(data.y, [1, 2, 3, 1, 2, 3])
    np.testing.assert_array_equal(data.y_val, [0, 1, 2, 0, 1, 2])
    assert data.task == "multiclass"


def test_npz_names_pictures_and_selection(tmp_path):
    path = save(
        tmp_path,
        x=np.arange(24).reshape(6, 2, 2),
        y=["u", "v", "u", "v", "u", "v"],
        feature_names=["a", "b", "c", "d"],
    )
    data = load(path, features=["d", "a"], validation=0, classification=True)
    np.testing.assert_array_equal(data.x[0], [3, 0])
    assert data.class_names == ("u", "v")
    whole = load(path, validation=0, scale="minmax", classification=True)
    assert whole.x.shape == (6, 2, 2)
    assert whole.features == 4
    np.testing.assert_array_equal(whole.x[-1], np.ones((2, 2)))
    with pytest.raises(InputError, match="has no column 'e'"):
        load(path, features=["e"])
    with pytest.raises(InputError, match="is its array 'y'"):
        load(path, target="label")


def test_a_plain_array_is_no_archive(tmp_path):
    with (tmp_path / "t.npz").open("wb") as file:
        np.save(file, X)
    with warnings.catch_warnings(), pytest.raises(InputError, match="single array"):
        load(str(tmp_path / "t.npz"))


def test_empty_archive_when_not_strict(tmp_path):
    data = load(save(tmp_path, x=X[:0], y=X[:0, 0]), strict=False)
    assert data.x.shape == (0, 2)
    assert data.x_val is None
