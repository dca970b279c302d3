"""What is installed for a version of TensorFlow, and what is refused."""

import sys
from pathlib import Path

import pytest

from optlab.validation import versions


def test_numpy_is_left_to_tensorflow():
    needed = versions.requirements("2.16")
    assert needed[:2] == ["tensorflow==2.16.*", "keras==3.3.*"]
    assert any(name.startswith("numba") for name in needed)
    assert not any(name.startswith("numpy") for name in needed)


def test_newest_version_takes_the_newest_keras():
    assert versions.requirements("9.99")[1] == "keras"


@pytest.mark.parametrize("version", ["2", "2.16.1", "newest"])
def test_version_is_checked(version, capsys):
    with pytest.raises(SystemExit, match="2"):
        versions.main([version])
    assert f"VERSION must be like 2.18. Received: {version}" in capsys.readouterr().err


def test_version_that_cannot_be_installed_is_reported(tmp_path, monkeypatch):
    def refuse(version, folder):
        raise versions.subprocess.CalledProcessError(1, "pip", stderr="a\nno such\n\n")

    monkeypatch.setattr(versions, "environment", refuse)
    out = tmp_path / "docs" / "table.md"
    assert versions.main(["9.99", "--out", str(out), "--folder", str(tmp_path)]) == 1
    assert "TensorFlow 9.99 could not be measured: no such" in out.read_text()


def test_command_that_answers_no_json_gives_its_last_line():
    found = versions.answer(Path(sys.executable), "no-such-command")
    assert "no-such-command" in found["error"]
