"""``--set``: what is read, and what is refused."""

import pytest

from optlab.cli.settings import parse_settings, parse_value
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
        ("", None),
    ],
)
def test_value_is_toml_or_a_plain_word(text, value):
    found = parse_value(text)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize("text", ["[1, 2", "{a}", '"open'])
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


def test_plain_keys_for_an_optimizer():
    assert parse_settings(["beta_1=0.8"], dotted=False) == {"beta_1": 0.8}
    assert parse_settings(None) == {}
