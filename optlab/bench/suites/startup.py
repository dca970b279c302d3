"""What comes before the first step: imports, and compiling with a cold or warm cache.

Each call is a new process, so the figures hold what Python itself takes, too; the
process that does nothing shows how much that is: their limit.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from optlab.bench.case import LIMIT, OURS, Benchmark, Subject
from optlab.bench.plan import Plan

_STEP = (
    "import numpy as np, optlab\n"
    "w, g = np.ones((2, 100), np.float32)\n"
    "optlab.Adam().apply([g], [w])\n"
)
_FIT = (
    "import numpy as np, optlab\n"
    "x = np.ones((64, 8), np.float32)\n"
    "layers = [optlab.Dense(16, activation='relu'), optlab.Dense(3)]\n"
    "model = optlab.Sequential(layers, input_shape=(8,))\n"
    "loss = optlab.losses.SparseCategoricalCrossentropy(from_logits=True)\n"
    "optlab.fit(model, x, np.zeros(64, int), loss=loss, optimizer='adam')\n"
)


def cases(plan: Plan) -> list[Benchmark]:
    """Return imports of ours and the peers', a first step, a first fit."""
    packages = {peer.package for peer in plan.peers} - {"numpy"}
    imports = {OURS: "import optlab", LIMIT: "", "numpy": "import numpy"}
    imports |= {name: f"import {name}" for name in sorted(packages)}
    makers: dict[str, Callable[[], Subject | None]] = {
        name: functools.partial(_process, name, text) for name, text in imports.items()
    }
    found = [Benchmark("compile", "startup", "import", makers, budget=4.0)]
    programs = {"first Adam step": _STEP}
    if not plan.quick:
        programs["first fit"] = _FIT
    for name, text in programs.items():
        found += [
            Benchmark(
                "compile",
                "startup",
                f"{name}, {state} cache",
                {OURS: functools.partial(_process, OURS, text, state)},
                budget=4.0,
            )
            for state in ("cold", "warm")
        ]
    return found


def _process(name: str, program: str, state: str = "") -> Subject:
    """Return a subject that runs a program in a new process, with a cache of its own.

    Parameters
    ----------
    name : str
        The subject's.
    program : str
        Python's text.
    state : {"", "cold", "warm"}
        What the kernels' cache is before each call; "" leaves the user's.
    """
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    folder: tempfile.TemporaryDirectory[str] | None = None
    if state:
        folder = tempfile.TemporaryDirectory(prefix="optlab-bench-")
        environment["NUMBA_CACHE_DIR"] = folder.name

    def run() -> None:
        if folder is not None and state == "cold":
            for entry in Path(folder.name).iterdir():
                shutil.rmtree(entry)
        subprocess.run(
            [sys.executable, "-c", program],
            env=environment,
            check=True,
            capture_output=True,
        )

    return Subject(name, run)
