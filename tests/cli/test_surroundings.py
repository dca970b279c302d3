"""Commands with little around them: closed streams, ASCII, no home, a cold cache."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optlab.cli import surroundings

MAIN = (sys.executable, "-m", "optlab")


def shell(line, folder, **environment):
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", line.replace("optlab", " ".join(MAIN), 1)],
        cwd=folder, capture_output=True, text=True, timeout=120,
        env=os.environ | environment,
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    ["optlab optimizers >&-", "optlab optimizers 2>&-", "optlab --help | head -1"],
)
def test_closed_streams_are_no_error(line, tmp_path):
    done = shell(line, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_an_encoding_lacks_is_a_question_mark(tmp_path):
    done = shell("optlab optimizers", tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 0 and "adam" in done.stdout


@pytest.mark.parametrize("private", [True, False])
def test_without_a_home_a_private_folder_is_taken(tmp_path, monkeypatch, private):
    def none(*arguments):
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", none)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    monkeypatch.setenv("HOME", "x")
    folder = tmp_path / f"optlab-{os.getuid()}"
    if not private:
        folder.mkdir()
        folder.chmod(0o777)
    surroundings.prepare()
    assert os.environ["HOME"] == (str(folder) if private else os.devnull)
    assert not private or folder.stat().st_mode & 0o777 == 0o700


def test_compiling_is_said_when_it_happens_and_only_then(tmp_path):
    line, kept = "optlab run booth --steps 2", {"NUMBA_CACHE_DIR": str(tmp_path / "c")}
    shell("optlab explain adam", tmp_path, **kept)
    first, second = (shell(line, tmp_path, **kept) for _ in range(2))
    assert "only the first time" in first.stderr
    assert second.stderr == ""
    done = shell(line, tmp_path, NUMBA_CACHE_DIR=os.devnull)
    assert "as each time" in done.stderr


@pytest.mark.parametrize(("number", "status"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_ends_a_run_that_is_kept(tmp_path, number, status):
    words = ["run", "digits", "--epochs", "100000", "--out", "o"]
    done = subprocess.Popen(
        [*MAIN, *words, "--checkpoint-every", "1"], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    end = time.monotonic() + 100
    while not (tmp_path / "o/checkpoint.npz").exists() and time.monotonic() < end:
        time.sleep(0.05)
    done.send_signal(getattr(signal, number))
    out, err = done.communicate(timeout=30)
    # Where kernels are compiled first, that is said before.
    assert (done.returncode, err.splitlines()[-1:]) == (status, ["interrupted"])
    assert "Traceback" not in err
    assert "interrupted: " in out
    assert (tmp_path / "o/record.npz").exists()
