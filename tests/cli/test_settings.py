"""``--set`` and ``--over``: what is read, and what is refused."""

import pytest

from optlab.cli.settings import parse_grid, parse_settings, parse_value
from optlab.errors import InputError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", 0.1),
        ("1e-3", 1e-3),
        (".5", 0.5),
        ("3", 3),
        ("true", True),
        ("adam", "adam"),
        ('"3"', "3"),
        ("[1, 2]", [1, 2]),
        ('{ name = "l2", l2 = 0.1 }', {"name": "l2", "l2": 0.1}),
        ("data/my file.csv", "data/my file.csv"),
    ],
)
def test_value_is_toml_or_a_plain_word(text, value):
    found = parse_value(text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("text", ["", "[1, 2", "{a}", '"open'])
def test_broken_toml_is_refused(text):
    with pytest.raises(InputError, match="is not a TOML value"):
        parse_value(text)


def test_settings_keep_their_order():
    found = parse_settings(["b.x=1", "a.y=two", "model.layers.0.units=32"])
    assert list(found.items()) == [
        ("b.x", 1),
        ("a.y", "two"),
        ("model.layers.0.units", 32),
    ]


@pytest.mark.parametrize("word", ["rate=0.1", "a.b", "=1", "a.=1", ".b=1", "a b.c=1"])
def test_malformed_settings_are_refused(word):
    with pytest.raises(InputError, match=r"needs table\.key=value"):
        parse_settings([word])


def test_setting_given_twice_is_refused():
    with pytest.raises(InputError, match="given twice"):
        parse_settings(["a.b=1", "a.b=2"])


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1e-3:1:log:4", [0.001, 0.01, 0.1, 1.0]),
        ("0:1:lin:5", [0.0, 0.25, 0.5, 0.75, 1.0]),
        ("8:64:log:4", [8, 16, 32, 64]),
        ("0.5:2.0:log:3", [0.5, 1.0, 2.0]),
        ("1:9:lin:1", [1]),
        ("adam,sgd", ["adam", "sgd"]),
        ("16,32.5,true", [16, 32.5, True]),
        ("[[1, 2], [3]]", [[1, 2], [3]]),
    ],
)
def test_grid(text, values):
    found = parse_grid([f"a.b={text}"])["a.b"]
    assert found == values
    assert [type(v) for v in found] == [type(v) for v in values]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1:2:log", "needs start:stop:log:n"),
        ("1:2:cubic:3", "must be log or lin"),
        ("0:1:log:3", "must be positive"),
        ("a:1:log:3", "needs numbers"),
        ("1:inf:lin:3", "finite"),
        ("1:2:lin:0", "at least 1"),
        ("[]", "empty"),
        ("", "not a TOML value"),
    ],
)
def test_malformed_grids_are_refused(text, said):
    with pytest.raises(InputError, match=said):
        parse_grid([f"a.b={text}"])
