import pytest

from optlab.errors import InputError
from optlab.experiments.paths import difference, read_path, replaced

TREE = {"a": {"b": 1, "list": [{"u": 1}, {"u": 2}]}, "c": {"d": [1, 2]}}


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b", 1), ("a.list.0.u", 1), ("a.list.-1.u", 2), ("c.d", [1, 2]), ("c.d.1", 2)],
)
def test_read(path, value):
    assert read_path(TREE, path) == value
    assert read_path(replaced(TREE, {path: "new"}), path) == "new"


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a.bb", "there is no 'bb'. Did you mean 'b'?"),
        ("a.list.2.u", "expected a number below 2 instead of '2'"),
        ("a.list.x.u", "expected a number below 2 instead of 'x'"),
        ("a.b.c", "there is no 'c' in 1, which is no table"),
    ],
)
def test_paths_that_lead_nowhere(path, message):
    with pytest.raises(InputError) as caught:
        read_path(TREE, path)
    assert message in str(caught.value)


def test_replace_makes_tables_removes_keys_and_leaves_the_old_alone():
    new = replaced(TREE, {"e.f": 3, "a.b": None, "a.list.0": None, "c.none": None})
    assert new == {"a": {"list": [{"u": 2}]}, "c": {"d": [1, 2]}, "e": {"f": 3}}
    assert TREE["a"]["b"] == 1
    assert len(TREE["a"]["list"]) == 2


def test_difference():
    new = replaced(TREE, {"a.list.1.u": 5, "c.d": [3], "c.x": True, "a.b": None})
    assert difference(TREE, new) == {
        "a.b": (1, None),
        "a.list.1.u": (2, 5),
        "c.d": ([1, 2], [3]),
        "c.x": (None, True),
    }
    longer = replaced(TREE, {"a.list": [{"u": 1}]})
    assert difference(TREE, longer) == {
        "a.list": (TREE["a"]["list"], longer["a"]["list"])
    }
    assert difference({"a": 1}, {"a": True}) == {"a": (1, True)}
