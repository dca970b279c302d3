"""A small sample of the fault suite; `make faults` runs all of it."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.faults.commands import optlab
from benchmarks.faults.kills import kill
from benchmarks.faults.signals import VERBS
from benchmarks.faults.starved import hold

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="finds its processes in /proc"
)


def test_a_killed_sweep_goes_on_to_the_same_bits():
    (counts,) = kill("sweep", 1, 3)
    assert counts["same"] == 1 and not counts["orphans"] and not counts["unclear"]


@pytest.mark.parametrize("plight", ["a picture", "the store of a sweep"])
def test_a_full_disk_is_named(plight):
    assert hold(f"disk full under {plight}")


def test_a_signal_early_on_prints_no_traceback(tmp_path):
    ended = optlab(["run", "digits"], tmp_path, number=signal.SIGINT, after=0.3)
    assert not ended.sent or ended.clear
    assert ended.status in (0, 130, -signal.SIGINT)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_script_ends_with_its_diagnosis(number):
    command = [sys.executable, "-m", "optlab", *VERBS["diagnose-script"]]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, text=True, **pipes) as process:
        for line in process.stdout:
            if line == "started\n":
                break
        process.send_signal(number)
        said, _ = process.communicate(timeout=20)  # until nobody holds the pipes
    assert process.returncode == 128 + number
    assert said == "interrupted\n"
