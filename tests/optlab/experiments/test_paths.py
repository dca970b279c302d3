import pytest

from optlab.errors import InputError
from optlab.experiments.paths import difference, parse_setting, read_path, replaced

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


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("t.k=0.1", 0.1),
        ("t.k = 1e-4", 1e-4),
        ("t.k=.5", 0.5),
        ("t.k=3", 3),
        ("t.k=true", True),
        ("t.k=relu", "relu"),
        ('t.k="a=b"', "a=b"),
        ("t.k=[1, 2]", [1, 2]),
        ('t.k={name = "l2", l2 = 0.1}', {"name": "l2", "l2": 0.1}),
        ("t.k=", None),
    ],
)
def test_settings(text, value):
    path, found = parse_setting(text)
    assert path == "t.k"
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["t.k", "=3", "k=3", "t.k=[1,", "t.k={a=}"])
def test_bad_settings(text):
    with pytest.raises(InputError):
        parse_setting(text)
