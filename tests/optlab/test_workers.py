"""Outcomes from worker processes: the same as here, with the user's own classes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optlab import workers
from optlab.errors import InputError

ROOT = Path(__file__).parents[2]


def double(number):
    return 2 * number, os.getpid()


def fail(number):
    raise InputError(f"no {number}")


def bug(number):
    return number.missing


def die(number):
    os.kill(os.getpid(), signal.SIGKILL)


def sleep(number):
    time.sleep(600)


@pytest.fixture(autouse=True)
def no_workers_left():
    yield
    workers.dismiss_all()
    assert not workers._ALIVE


def test_outcomes_are_the_tasks_and_come_from_two_processes():
    found = dict(workers.run_all(double, [(n,) for n in range(20)], jobs=2))
    assert {n: value for n, (value, _) in found.items()} == {
        n: 2 * n for n in range(20)
    }
    pids = {pid for _, pid in found.values()}
    assert len(pids) <= 2 and os.getpid() not in pids
    again = dict(workers.run_all(double, [(1,), (2,)], jobs=2))
    assert {pid for _, pid in again.values()} <= {w.process.pid for w in workers._ALIVE}


@pytest.mark.parametrize(
    "arguments", [{"jobs": 1}, {"jobs": 2, "seconds": workers.PAYS / 2}]
)
def test_little_work_stays_in_this_process(arguments):
    found = list(workers.run_all(double, [(1,), (2,)], **arguments))
    assert found == [(0, (2, os.getpid())), (1, (4, os.getpid()))]


def test_an_error_is_raised_as_it_was():
    with pytest.raises(InputError, match="no 1"):
        list(workers.run_all(fail, [(1,), (1,)], jobs=2))
    with pytest.raises(AttributeError) as info:
        list(workers.run_all(bug, [(1,), (1,)], jobs=2))
    assert "number.missing" in info.value.__notes__[-1]
    assert not workers._ALIVE


def test_a_task_that_kills_its_worker_is_named_a_killer():
    with pytest.raises(workers.WorkerDied, match="2 times"):
        list(workers.run_all(die, [(1,), (1,)], jobs=2))


def test_a_worker_that_was_killed_is_replaced():
    list(workers.run_all(double, [(1,), (2,)], jobs=2))
    for worker in list(workers._ALIVE):
        worker.process.kill()
    assert len(list(workers.run_all(double, [(1,), (2,)], jobs=2))) == 2


def test_jobs_must_be_positive():
    with pytest.raises(InputError, match="`jobs`"):
        list(workers.run_all(double, [(1,)], jobs=0))


SCRIPT = """
import os, sys, time
import numpy as np
import optlab
from optlab import workers

@optlab.rule(slots=["momentum"])
def mysign(param, grad, m, learning_rate=0.01, beta=0.9):
    m = beta * m + grad
    return param - learning_rate * np.sign(m), m

def train(seed):
    run = optlab.minimize("booth", {"name": "mysign", "learning_rate": 0.1}, steps=5)
    return run.losses[-1], os.getpid() != PARENT

def wait(n):
    print("started", file=sys.stderr, flush=True)
    time.sleep(600)

PARENT = os.getpid()
"""


def run_script(tail):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT + tail],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def test_rules_and_functions_of_a_script_work_without_a_guard_of_main():
    tail = "found = dict(workers.run_all(train, [(0,), (1,)], jobs=2))\n"
    tail += "print(all(away for _, away in found.values()), found[0][0], train(0)[0])"
    done = run_script(tail)
    out, err = done.communicate(timeout=120)
    assert done.returncode == 0, err
    away, theirs, ours = out.split()
    assert away == "True" and float(theirs) == float(ours)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_workers_end_with_their_parent(number):
    tail = "list(workers.run_all(wait, [(0,), (1,)], jobs=2))"
    done = run_script(tail)
    try:
        for _ in range(2):
            assert done.stderr.readline() == "started\n"
        task = Path(f"/proc/{done.pid}/task")
        children = [
            int(pid)
            for thread in task.iterdir()
            for pid in (thread / "children").read_text().split()
        ]
        assert len(children) == 2
        done.send_signal(number)
        done.wait(timeout=5)
        end = time.monotonic() + 2
        while any(map(alive, children)) and time.monotonic() < end:
            time.sleep(0.02)
        assert not any(map(alive, children))
    finally:
        done.kill()
        done.communicate()
