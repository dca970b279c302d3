"""What is installed for a version of TensorFlow, and what is refused."""

import json
import re
import sys
from pathlib import Path

import pytest

from optlab.validation import versions
from optlab.validation.parity import EXACT
from optlab.validation.results import Result


def test_an_environment_has_all_that_optlab_asks_for():
    needed = versions.requirements("2.20")
    assert needed[:2] == ["tensorflow==2.20.*", "keras==3.14.*"]
    for name in ("numba", "numpy"):
        assert any(line.startswith(name) for line in needed)


def test_versions_measured_by_default_are_supported():
    least = dict(each.split(">=") for each in versions.supported().split(", "))
    makefile = (versions.ROOT / "Makefile").read_text()
    (chosen,) = re.findall(r"^VERSIONS \?= (.*)$", makefile, re.M)
    minors = [int(version.partition(".")[2]) for version in chosen.split()]
    assert min(minors) == int(least["tensorflow"].partition(".")[2])
    assert versions.KERAS[least["tensorflow"]] == least["keras"]


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


def test_progress_of_a_command_is_heard(tmp_path):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho 'progress: 1 of 2' >&2; echo x >&2; echo '{}'\n")
    python.chmod(0o755)
    heard = []
    assert versions.answer(python, "verify", heard=heard.append) == {}
    assert heard == ["1 of 2"]


def test_a_failing_comparison_stands_on_the_page(tmp_path, monkeypatch):
    row = Result("optimizers", "adam", "float32", "xla", "", EXACT, error="far off")
    answers = {
        "behaviours": {
            "versions": {"tensorflow": "9.99.1", "keras": "9.9", "numpy": "9.8"},
            "behaviours": [],
        },
        "verify": {"verdict": "1 of 1 fails.", "results": [row.as_dict()]},
    }
    for verb, document in answers.items():
        (tmp_path / verb).write_text(json.dumps(document))
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\ncat {tmp_path}/$3; exit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(versions, "environment", lambda version, folder: python)
    out = tmp_path / "table.md"
    arguments = ["9.99", "--out", str(out), "--folder", str(tmp_path / "none")]
    assert versions.main(arguments) == 0
    assert "1 of 1 fails. Outside: adam float32 xla |" in out.read_text()
