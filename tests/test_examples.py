"""Every program in examples/ runs from an empty folder and leaves what it says."""

import re
import runpy
import shlex
import sys
from pathlib import Path

import pytest

from optlab.cli import app
from optlab.optimizers.registry import OPTIMIZERS

FOLDER = Path(__file__).resolve().parent.parent / "examples"
#: The programs; a file without a main part is there to be named on a command line.
EXAMPLES = sorted(p for p in FOLDER.glob("*.py") if "__main__" in p.read_text())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example(path, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(path), run_name="__main__")
    assert capsys.readouterr().out
    for name in re.findall(r"It leaves ``([^`]+)``", path.read_text()):
        assert (tmp_path / name).stat().st_size > 1000


COMMANDS = [
    words
    for path in EXAMPLES
    for words in re.findall(r"``optlab ([^`]+)``", path.read_text())
]


@pytest.mark.parametrize("words", COMMANDS)
def test_the_commands_that_examples_name(words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.delitem(sys.modules, "own_optimizer", raising=False)
    known = dict(OPTIMIZERS)
    OPTIMIZERS.pop("belief", None)  # of the program that ran as `__main__`
    out = ["--epochs", "1", "--out", str(tmp_path)] if words[:3] == "run" else []
    try:
        assert app.main([*shlex.split(words), *out]) == 0
    finally:
        OPTIMIZERS.clear()
        OPTIMIZERS.update(known)
    assert capsys.readouterr().out
