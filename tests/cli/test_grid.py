"""``--over``: what is read, and what is refused."""

import pytest

from optlab.cli.grid import parse_grid, parse_over, read_settings
from optlab.errors import InputError


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
        ("[]", "needs values"),
        ("[1", "not a TOML value"),
        ("", "needs values"),
        ("1,,2", "an empty value"),
    ],
)
def test_malformed_grids_are_refused(text, said):
    with pytest.raises(InputError, match=said):
        parse_grid([f"a.b={text}"])


@pytest.mark.parametrize("words", [["a.b=1", "a.b=2"], ["ab=1"], ["a.b"]])
def test_malformed_paths_are_refused(words):
    with pytest.raises(InputError):
        parse_grid(words)


def test_samples_and_conditions():
    words = ["a.rate=1e-3:1:log", "a.name=p,q", "a.m=0:1:lin if a.name=p|r"]
    found = parse_over(words, 8)
    assert len(found) == 8
    assert all(1e-3 <= settings["a.rate"] <= 1 for settings in found)
    assert {("a.m" in s, s["a.name"]) for s in found} == {(True, "p"), (False, "q")}
    assert len(parse_over(["a.name=p,q", "a.m=1,2 if a.name=p"])) == 3
    with pytest.raises(InputError, match="which is not swept"):
        parse_over(["a.m=1,2 if a.name=p"])
    with pytest.raises(InputError, match="start:stop:log:n"):
        parse_over(["a.rate=1e-3:1:log"])


def test_a_list_in_a_file(tmp_path):
    path = tmp_path / "settings.csv"
    path.write_text("a.name,a.m\np,0.5\nq,\n")
    assert read_settings(path) == [{"a.name": "p", "a.m": 0.5}, {"a.name": "q"}]
    for text, said in (
        ("", "no settings"),
        ("am\n1\n", "a.m|table"),
        ("a.m\n1,2", "2"),
        ("a.m,a.m\n1,2", "more than one column 'a.m'"),
    ):
        path.write_text(text)
        with pytest.raises(InputError, match=said):
            read_settings(path)
