"""Every program in examples/ runs from an empty folder and leaves what it says."""

import re
import runpy
from pathlib import Path

import pytest

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
