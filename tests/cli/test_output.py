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


def test_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="--out: cannot write in the folder"):
        output.check_folder(tmp_path / "file" / "below", "--out")
    with pytest.raises(InputError, match="--out: cannot make the folder"):
        output.make_folder(tmp_path / "file" / "below", "--out")


@pytest.mark.parametrize("name", ["a.png", "new/a.svg", "new/er/a.PNG"])
def test_checks_change_nothing_and_saving_makes_the_folder(tmp_path, name):
    from optlab.plots import plot_schedule

    path = tmp_path / name
    assert output.picture(path) == path
    assert output.check_folder(path.parent, "--out") == path.parent
    assert list(tmp_path.iterdir()) == []
    output.save_picture(plot_schedule(lambda step: 1.0, 10), path)
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("name", ["new/a.jpg", "a", "file/a.png"])
def test_picture_that_cannot_be_written_is_refused(tmp_path, name):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError):
        output.picture(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert output.picture(None) is None


@pytest.mark.parametrize(
    ("value", "text"), [(None, "-"), (0.123456, "0.1235"), (1e-9, "1e-09"), (12, "12")]
)
def test_figure(value, text):
    assert output.figure(value) == text
