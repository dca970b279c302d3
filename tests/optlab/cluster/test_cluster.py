"""Sweeps on a real scheduler with two worker processes: the same bits as here."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("distributed")

from dask import config as dask_config

from optlab import Experiment, rule, sweep
from optlab.cluster import Cluster, versions
from optlab.cluster import cluster as module
from optlab.cluster.address import check_answers
from optlab.errors import InputError
from optlab.workers import run_all

ROOT = Path(__file__).parents[3]
BOOTH = Experiment(
    function={"name": "booth", "start": [0.0, 0.0]},
    optimizer={"name": "sgd", "learning_rate": 0.05},
    training={"steps": 30},
)
RATE = "optimizer.learning_rate"
#: Of a run, what depends on the clock.
CLOCK = ("seconds", "steps_per_second")


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """The address of a scheduler, and the processes of its two workers."""
    folder = tmp_path_factory.mktemp("dask")
    file = folder / "scheduler.json"
    words = ["--host", "127.0.0.1", "--scheduler-file", str(file), "--no-dashboard"]
    alone = ["--no-nanny", "--nthreads", "1", "--local-directory", str(folder)]
    kinds = [["scheduler", "--port", "0"], ["worker", *alone], ["worker", *alone]]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, *more],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        for kind, *more in kinds
    ]
    try:
        address = None
        while address is None:
            time.sleep(0.05)
            # There is a moment between its making and its filling.
            with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
                address = json.loads(file.read_text())["address"]
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.fixture
def signum_of_a_test():
    @rule(slots=["momentum"])
    def signum_of_a_test(param, grad, m, learning_rate=0.01, beta=0.9):
        m = beta * m + grad
        return param - learning_rate * np.sign(m), m

    return signum_of_a_test


def figures(found):
    """Return all of the runs but the time, as text: NaN is not equal to itself."""
    return [
        repr((p.settings, p.seed, p.status, p.message, values))
        for row in found.rows
        for p in row.points
        for values in [{k: v for k, v in p.summary.items() if k not in CLOCK}]
    ]


@pytest.mark.usefixtures("signum_of_a_test")
def test_a_sweep_has_the_bits_of_this_machine(dask):
    grid = {"optimizer.name": ["adam", "signum_of_a_test"], RATE: [0.1, 1e30]}
    here = sweep(BOOTH, grid, seeds=2, jobs=1)
    with Cluster(dask[0]) as workers:
        there = sweep(BOOTH, grid, seeds=2, jobs=workers)
    assert figures(there) == figures(here)
    assert there.one_by_one == here.one_by_one


def test_another_version_is_named_with_its_worker(dask, monkeypatch):
    with Cluster(dask[0]) as workers:
        other = versions.about() | {"numpy": "1.0"}
        monkeypatch.setattr(module, "about", lambda: other)
        with pytest.raises(InputError, match=r"Worker tcp://.* has numpy 2.* \(here 1"):
            list(run_all(os.getpid, [()], jobs=workers))  # as one that joined later
    monkeypatch.setattr(versions, "about", lambda: other)
    with pytest.raises(InputError, match=r"Worker tcp://.* has numpy 2.* \(here 1"):
        versions.check_all(lambda function, **_: {"tcp://a:1": function_of(function)})


def function_of(function):
    return module.about() | {"numpy": "2.0"} if function is versions.about else VERSION


VERSION = versions.about()["python"]


def nap(number):
    time.sleep(0.04)
    return number, os.getpid()


def test_a_lost_workers_chunk_is_done_again(dask):
    address, processes = dask
    said, outcomes = [], {}
    with Cluster(address, seconds=0.3, say=said.append) as workers:
        for index, outcome in run_all(nap, [(k,) for k in range(40)], jobs=workers):
            outcomes[index] = outcome
            if len(outcomes) == 15:
                processes[0].kill()
    assert [outcomes[k][0] for k in range(40)] == list(range(40))
    assert {pid for _, pid in outcomes.values()} == {p.pid for p in processes}
    assert len(said) == 1 and "lost" in said[0]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="children by /proc")
def test_ctrl_c_keeps_what_is_finished_and_leaves_no_process(tmp_path):
    file = tmp_path / "walk.toml"
    file.write_text(BOOTH.replace({"optimizer.name": "adam"}).to_toml())
    words = ["--over", f"{RATE}=1e-4:0.1:log:50000"]
    words += ["--engine", "single", "--cluster", "local:1", "--out", "a.sqlite"]
    run = subprocess.Popen(
        [sys.executable, "-m", "optlab", "sweep", str(file), *words],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert run.stderr.readline().startswith("dashboard: http://")
        store, end = None, time.monotonic() + 60
        while not store and time.monotonic() < end:
            time.sleep(0.2)
            with contextlib.closing(sqlite3.connect(tmp_path / "a.sqlite")) as file:
                store = file.execute("SELECT 1 FROM points").fetchone()
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=5)
    finally:
        run.kill()
        run.communicate()
    assert run.returncode == 130 and err == "interrupted\n"
    assert "best loss" in out and len(children) == 1
    assert not Path(f"/proc/{children[0]}").exists()


def test_what_answers_is_told_apart(monkeypatch):
    monkeypatch.setattr(dask_config, "config", {})
    with pytest.raises(InputError, match="needs certificates"):
        check_answers("tls://127.0.0.1:1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        where = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(InputError, match=f"says nothing.*tls://{where}"):
            check_answers(f"tcp://{where}", 0.2)
