"""Cases in a process of their own, whose death is noticed."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

#: Part -> its module, and how many cases a full run makes.
PARTS = {
    "calls": ("benchmarks.fuzz.calls", 20_000),
    "arrays": ("benchmarks.fuzz.arrays", 2_000),
    "fits": ("benchmarks.fuzz.fits", 5_000),
    "files": ("benchmarks.fuzz.documents", 1_000),
}
#: Seconds without a finished case after which a process is ended: it waits, or hangs in
#: C, where no alarm reaches it.
_SILENT = 600.0


@dataclass
class Tally:
    """What came of the cases of one part."""

    part: str
    cases: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, number: int, kind: str, detail: str) -> None:
        """Count one case."""
        self.cases += 1
        self.kinds[kind] += 1
        if kind not in ("returned", "refused"):
            self.findings.append(f"{self.part}:{number} {kind}: {detail}")


def one(part: str, number: int, seed: int) -> tuple[str, str]:
    """Run one case here; return its verdict's kind and detail."""
    module = importlib.import_module(PARTS[part][0])
    rng = np.random.default_rng([seed, list(PARTS).index(part), number])
    verdict = module.case(rng)
    return verdict.kind, verdict.detail


def serve(part: str, first: int, last: int, seed: int) -> None:
    """Run cases and write a line of JSON for each; this is the child."""
    out = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a case prints is no result
    for number in range(first, last):
        kind, detail = one(part, number, seed)
        out.write(json.dumps([number, kind, detail]) + "\n")


def run(part: str, count: int, seed: int, guarded: bool) -> Tally:
    """Run the cases of a part in processes, a new one after each death.

    Parameters
    ----------
    part : str
    count : int
        How many cases.
    seed : int
    guarded : bool
        Whether every index of every kernel is checked (NUMBA_BOUNDSCHECK).
    """
    tally, number = Tally(part), 0
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, PYTHONWARNINGS="ignore")
        if guarded:
            # A cache of its own: the guard is compiled in.
            cache = Path.cwd() / "out" / "fuzz" / "guarded"
            env |= {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(cache)}
        while number < count:
            number = _child(tally, number, count, seed, env, folder)
    return tally


def _child(
    tally: Tally, first: int, last: int, seed: int, env: dict[str, str], folder: str
) -> int:
    """Run one process; return the number of the case to go on with."""
    code = f"from benchmarks.fuzz.children import serve; serve({tally.part!r}, "
    code = f"import sys; sys.path.insert(0, {os.getcwd()!r}); {code}"
    command = [sys.executable, "-c", f"{code}{first}, {last}, {seed})"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        text=True,
        env=env,
        cwd=folder,
    )
    number = first
    if process.stdout is None:
        raise RuntimeError("the process has no output")
    watch = threading.Timer(_SILENT, process.kill)
    watch.start()
    for line in process.stdout:
        watch.cancel()
        watch = threading.Timer(_SILENT, process.kill)
        watch.start()
        at, kind, detail = json.loads(line)
        tally.add(at, kind, detail)
        number = at + 1
    watch.cancel()
    status = process.wait()
    if number < last:
        tally.add(number, "death", f"exit status {status}")
        number += 1
    return number
