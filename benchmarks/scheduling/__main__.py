"""Measure what scheduling costs, and write it to docs/sweeps.md.

``python -m benchmarks.scheduling`` takes four minutes. A chunk takes one second: up to
as many workers as there are processors it computes, beyond that it sleeps, so that more
workers are simulated than could compute here.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import math
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.kept import keep, when
from optlab.cluster import Cluster
from optlab.pages import write_section
from optlab.workers import Jobs, cores, run_all

_PAGE = Path("docs") / "sweeps.md"
_PICTURE = Path("docs") / "scheduling.png"
#: Seconds of a chunk, and chunks for each worker.
_CHUNK, _EACH = 1.0, 10
_WORKERS = (1, 2, 4, 8)
_KINDS = ("processes", "cluster")
_MEANING = (
    "Cost is the time between the chunks of a worker over that of the chunks. "
    "Simulated: more workers than processors, which sleep instead of computing."
)


def chunk(simulated: bool, seconds: float) -> tuple[int, float, float]:
    """Compute, or sleep, for so long; return the process, and from when to when."""
    begin = time.monotonic()
    end, total = begin + seconds, 0.0
    if simulated:
        time.sleep(seconds)
    while time.monotonic() < end:
        total += math.sqrt(total + 1.0)
    return os.getpid(), begin, time.monotonic()


@contextlib.contextmanager
def _workers(kind: str, count: int) -> Iterator[Jobs]:
    """Give so many processes, or a cluster of so many."""
    if kind == "processes":
        yield count
        return
    with Cluster(f"local:{count}", seconds=_CHUNK) as cluster:
        yield cluster


def measure(kind: str, count: int, each: int) -> dict[str, Any]:
    """Return what some chunks for each of some workers cost.

    "cost" is the time between the chunks of a worker over that of the chunks, "ramp"
    the seconds until every worker has its first one, "rate" chunks a second of all.
    """
    simulated = count > cores()
    with _workers(kind, count) as jobs:
        here: set[int] = set()
        while len(here) < count:  # until all have started
            tasks = [(simulated, 0.2)] * (2 * count)
            here = {found[0] for _, found in run_all(chunk, tasks, jobs=jobs)}
        begin = time.monotonic()
        tasks = [(simulated, _CHUNK)] * (each * count)
        found = [outcome for _, outcome in run_all(chunk, tasks, jobs=jobs)]
        seconds = time.monotonic() - begin
    between, taken, ramp = 0.0, 0.0, 0.0
    for worker in here:
        own = sorted(times[1:] for times in found if times[0] == worker)
        between += sum(b[0] - a[1] for a, b in itertools.pairwise(own))
        taken += sum(b - a for a, b in own[1:])
        ramp = max(ramp, own[0][0] - begin)
    return {
        "kind": kind,
        "workers": count,
        "simulated": simulated,
        "chunks": len(found),
        "rate": len(found) / seconds,
        "cost": between / taken,
        "ramp": ramp,
    }


def section(found: list[dict[str, Any]]) -> str:
    """Return the section of the page."""
    lines = [
        "| workers | chunks of 1 s | processes: cost | first chunks after "
        "| cluster on this machine: cost | first chunks after |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for count in sorted({each["workers"] for each in found}):
        own = {each["kind"]: each for each in found if each["workers"] == count}
        first = next(iter(own.values()))
        simulated = ", simulated" if first["simulated"] else ""
        costs = [
            text
            for kind in _KINDS
            for text in (f"{own[kind]['cost']:.2%}", f"{own[kind]['ramp']:.2f} s")
        ]
        cells = [f"{count}{simulated}", str(first["chunks"]), *costs]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def draw(found: list[dict[str, Any]], path: Path) -> None:
    """Draw throughput against workers."""
    from optlab import plots
    from optlab.plots.theme import axes_for

    with axes_for(None) as ax:
        counts = sorted({each["workers"] for each in found})
        ax.plot(counts, counts, "--", color="0.6", label="no cost")
        for kind, marker in zip(_KINDS, "os", strict=True):
            own = sorted((e["workers"], e) for e in found if e["kind"] == kind)
            rates = [each["rate"] for _, each in own]
            ax.plot([count for count, _ in own], rates, marker, label=kind)
        ax.axvspan(cores() + 0.5, max(counts) + 0.5, color="0.93", zorder=0)
        ax.text(max(counts) + 0.4, 0.3, "simulated: workers sleep", ha="right")
        ax.set_xlabel("workers")
        ax.set_ylabel("chunks of 1 s done a second")
        ax.set_xlim(0.5, max(counts) + 0.5)
        ax.set_ylim(0)
        ax.legend()
    plots.save(ax, path)


def main() -> None:
    """Measure each kind with each number of workers; write table and picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=_EACH, help="chunks of a worker")
    arguments = parser.parse_args()
    begin = time.perf_counter()
    found = []
    for kind in _KINDS:
        for count in _WORKERS:
            found.append(measure(kind, count, arguments.each))
            print(f"{kind} {count}: {found[-1]['cost']:.2%}", flush=True)
    kept = keep("scheduling", "scheduling", found, time.perf_counter() - begin)
    draw(found, _PICTURE)
    text = f"{section(found)}\n\n{_MEANING} {when(kept.values())}"
    write_section(_PAGE, "scheduling", text)


if __name__ == "__main__":
    main()
