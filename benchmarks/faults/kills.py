"""kill -9 at random moments, then the same command again: the same bits?"""

from __future__ import annotations

import hashlib
import json
import random
import signal
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.faults.commands import optlab
from optlab.run import Run

_RATES = "optimizer.learning_rate=1e-3:1e-1:log:12"


@dataclass(frozen=True)
class Killed:
    """A command, how it goes on, and what it leaves.

    Attributes
    ----------
    words : list of str
        The command.
    again : callable
        ``again(folder)`` returns the command that goes on with what is in the folder.
    left : callable
        ``left(folder)`` returns a digest of the result, without times and dates.
    """

    words: list[str]
    again: Callable[[Path], list[str]]
    left: Callable[[Path], str]


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=lambda a: a.tobytes().hex())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _run_left(folder: Path) -> str:
    run = Run.load(folder / "o/record.npz")
    summary = json.loads((folder / "o/summary.json").read_text())
    if (summary["steps"], summary["history"]["loss"]) != (
        run.steps,
        run.history["loss"],
    ):
        return "summary and record differ"
    return _digest([run.history, run.losses, run.weights(), run.optimizer_state()])


def _sweep_left(folder: Path) -> str:
    points = []
    with sqlite3.connect(folder / "o.sqlite") as file:
        for settings, seed, status, summary in file.execute(
            "SELECT settings, seed, status, summary FROM runs ORDER BY settings, seed"
        ):
            figures = json.loads(summary)
            del figures["seconds"], figures["steps_per_second"]
            points.append((settings, seed, status, figures))
    file.close()
    return _digest(points)


def _cases_left(folder: Path) -> str:
    outcomes = []
    for path in sorted((folder / "o").glob("*.json")):
        outcome = json.loads(path.read_text())["outcome"]
        outcomes.append({**outcome, "seconds": 0, "date": ""})
    return _digest(outcomes)


def _run_again(folder: Path) -> list[str]:
    kept = folder / "o/checkpoint.npz"
    return [*_RUN, "--resume", "o/checkpoint.npz"] if kept.exists() else _RUN


_RUN = ["run", "digits", "--epochs", "300", "--checkpoint-every", "3", "--out", "o"]
_SWEEP = ["sweep", "iris", "--over", _RATES, "--out", "o.sqlite", "--jobs", "2"]
_CASES = ["cases", "001-1", "001-3", "--no-twin", "--out", "o", "--jobs", "2"]
COMMANDS = {
    "run": Killed(_RUN, _run_again, _run_left),
    "sweep": Killed(_SWEEP, lambda folder: [*_SWEEP, "--resume"], _sweep_left),
    "cases": Killed(_CASES, lambda folder: _CASES, _cases_left),
}


def kill(name: str, times: int, seed: int) -> Iterator[dict[str, Any]]:
    """Kill a command at random moments of its life, and let it be run again.

    Yields
    ------
    dict
        After each time, over all so far:
        "killed", "same" (results with the bits of the unbroken one), "resumed" (times
        that something was kept), "orphans", "unclear" (commands with a bug's message).
    """
    command = COMMANDS[name]
    chance = random.Random(f"{name} {seed}")
    counts = dict.fromkeys(
        ("tried", "killed", "same", "resumed", "orphans", "unclear"), 0
    )
    with tempfile.TemporaryDirectory() as place:
        whole = Path(place) / "whole"
        optlab(command.words, whole)  # compiles, where that is due
        for path in whole.iterdir():
            if path.name != "tmp":
                path.rename(whole / "tmp" / path.name)
        ended = optlab(command.words, whole)
        expected = command.left(whole)
        seconds = ended.seconds
        for number in range(times):
            folder = Path(place) / str(number)
            moment = chance.uniform(0.1, 1.0) * seconds
            cut = optlab(command.words, folder, number=signal.SIGKILL, after=moment)
            counts["tried"] += 1
            counts["killed"] += cut.sent
            if not cut.sent:  # the machine has become faster
                seconds = min(seconds, cut.seconds)
            counts["orphans"] += cut.orphans
            again = command.again(folder)
            kept = any(path.name != "tmp" for path in folder.iterdir())
            counts["resumed"] += kept
            done = optlab(again, folder)
            counts["unclear"] += not done.clear
            counts["same"] += done.status == 0 and command.left(folder) == expected
            yield counts
