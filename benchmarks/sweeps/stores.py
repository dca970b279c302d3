"""Memory of a sweep by its runs, and a store of a million runs that is looked at."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from optlab.bench.work import SweepWork
from optlab.experiments.sweep_results import Point
from optlab.experiments.sweep_store import SweepStore

_RUNS = (4_096, 8_192, 32_768)
_MILLION = 1_000_000
_SWEEP = """\
import resource, sys, json
from optlab.bench.work import SweepWork
from optlab.experiments import sweep
from optlab.experiments.sweep_store import SweepStore
work = SweepWork(int(sys.argv[1]), steps=20)
store = SweepStore(sys.argv[2], work.experiment)
sweep(work.experiment, {work.path: work.rates}, jobs=1, engine="lockstep", store=store)
store.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def memory() -> list[dict[str, Any]]:
    """Return the largest resident memory of a sweep with a store, by its runs."""
    found = []
    for runs in _RUNS:
        with tempfile.TemporaryDirectory() as folder:
            words = [sys.executable, "-c", _SWEEP, str(runs), f"{folder}/a.sqlite"]
            out = subprocess.run(words, check=True, capture_output=True, text=True)
        found.append({"runs": runs, "megabytes": int(out.stdout.split()[-1]) / 1024})
    return found


def table() -> dict[str, Any]:
    """Return the seconds that ``optlab sweep FILE.sqlite`` takes on a million runs."""
    figures = {"first": 1.0, "last": 0.5, "best": 0.5, "best_epoch": 20}
    summary = {"status": "finished", "epochs": 20, "loss": figures, "metrics": {}}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.sqlite"
        with closing(SweepStore(path, SweepWork(1).experiment)) as store:
            for k in range(_MILLION):
                loss = {**figures, "last": (k * 7919 % _MILLION) / _MILLION}
                settings = {SweepWork.path: 1e-6 * (k + 1)}
                store.keep(Point(settings, 0, "finished", {**summary, "loss": loss}))
        size = path.stat().st_size / 1e6
        begin, before = time.perf_counter(), _processor()
        words = [sys.executable, "-m", "optlab", "sweep", str(path), "--json"]
        out = subprocess.run(words, check=True, capture_output=True, text=True)
        seconds, processor = time.perf_counter() - begin, _processor() - before
    if sum(json.loads(out.stdout)["counts"].values()) != _MILLION:
        raise RuntimeError("runs are missing")
    return {"seconds": seconds, "processor": processor, "megabytes": size}


def _processor() -> float:
    """Return the processor seconds of all that was started and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory_lines(found: list[dict[str, Any]]) -> list[str]:
    """Return the figures as Markdown."""
    sizes = ", ".join(
        f"{each['megabytes']:.0f} MB with {each['runs']:,} runs" for each in found
    )
    return [f"The largest memory of a sweep with a store: {sizes}."]


def table_lines(found: dict[str, Any]) -> list[str]:
    """Return the figures as Markdown."""
    return [
        "`optlab sweep FILE.sqlite` shows a store of a million runs "
        f"({found['megabytes']:.0f} MB) in {found['seconds']:.1f} s, of which "
        f"{found['processor']:.1f} are processor time."
    ]
