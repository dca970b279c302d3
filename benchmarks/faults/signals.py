"""SIGINT and SIGTERM at moments of each verb: the end within two seconds, cleanly?"""

from __future__ import annotations

import random
import signal
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.faults.commands import optlab

#: The promise, in seconds; beyond the processors' own load.
WITHIN = 2.0

VERBS = {
    "run": ["run", "digits", "--epochs", "100000"],
    "diagnose": ["diagnose", "moons"],
    "diagnose-script": ["diagnose", str(Path(__file__).with_name("endless.py"))],
    "sweep": [
        "sweep",
        "digits",
        "--over",
        "optimizer.learning_rate=1e-4:1:log:500",
        "--jobs",
        "2",
    ],
    "explain": ["explain", "adam"],
    "optimizers": ["optimizers"],
    "verify": ["verify"],
    "behaviours": ["behaviours"],
    "bench": ["bench", "--quick"],
    "cases": ["cases", "--all", "--fresh", "--jobs", "2"],
    "schedule": ["schedule", "cosine_decay"],
    "new": ["new", "--help"],
}
#: Seconds after the start; the last ones only where a verb takes so long.
MOMENTS = (0.1, 0.4, 1.5, 5.0, 12.0)


def send(verb: str, moments: int, seed: int) -> dict[str, Any]:
    """Send both signals at some moments; return what happened.

    Returns
    -------
    dict
        "sent" (before the verb had ended), "right" (130 or 143 within `WITHIN`
        seconds, without a traceback), "slowest" (seconds), "early" (right too: Python
        had not loaded a line of ours, and ended in its own way), "orphans", "left"
        (files in the folder of temporary files).
    """
    chance = random.Random(f"{verb} {seed}")
    names = ("sent", "right", "early", "orphans", "left")
    counts: dict[str, Any] = {**dict.fromkeys(names, 0), "slowest": 0.0}
    with tempfile.TemporaryDirectory() as place:
        for place_of, moment in enumerate(MOMENTS[:moments]):
            for number in (signal.SIGINT, signal.SIGTERM):
                folder = Path(place) / f"{place_of}-{int(number)}"
                after = moment * chance.uniform(0.8, 1.2)
                ended = optlab(VERBS[verb], folder, number=number, after=after)
                if not ended.sent:
                    continue
                counts["sent"] += 1
                counts["slowest"] = max(counts["slowest"], ended.seconds)
                wanted = 128 + int(number)
                counts["early"] += ended.early
                in_time = ended.seconds <= WITHIN
                right = ended.early or (ended.status == wanted and ended.clear)
                counts["right"] += in_time and right
                if not (in_time and right):
                    print(f"{verb}: signal {number} after {after:.2f} s: {ended}")
                counts["orphans"] += ended.orphans
                counts["left"] += len(list((folder / "tmp").iterdir()))
    return counts
