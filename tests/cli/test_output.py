"""Printing and writing: strict JSON, whole files, checked pictures."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from optlab.cli import output
from optlab.errors import InputError


def test_json_is_strict_and_plain():
    text = output.to_json(
        {
            "loss": np.float32(0.5),
            "bad": [math.nan, math.inf, -math.inf],
            "array": np.array([1, 2]),
            "path": Path("a/b"),
            1: (True, None),
        }
    )
    assert json.loads(text, parse_constant=pytest.fail) == {
        "loss": 0.5,
        "bad": [None, None, None],
        "array": [1, 2],
        "path": "a/b",
        "1": [True, None],
    }


def test_text_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    output.write_text(path, "one")
    with pytest.raises(TypeError):
        output.write_text(path, 2)
    assert path.read_text() == "one"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert path.stat().st_mode & 0o444 == 0o444


def test_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="--out: cannot write in the folder"):
        output.writable_folder(tmp_path / "file" / "below", "--out")


def test_picture_makes_its_folder(tmp_path):
    path = tmp_path / "new" / "a.png"
    assert output.picture(path) == path
    assert path.parent.is_dir()
    assert output.picture(None) is None


def test_picture_of_another_kind_changes_nothing(tmp_path):
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        output.picture(tmp_path / "new" / "a.jpg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.123456, "0.1235"), (1e-9, "1e-09"), (12, "12")]
)
def test_figure(value, text):
    assert output.figure(value) == text
