"""Trainings of one small network: in lock step, one by one, and by jax.vmap."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.bench.work import SweepWork
from optlab.experiments import sweep
from optlab.kernels.jit import kernel
from optlab.kernels.lockstep import products
from optlab.layers.team import spread
from optlab.typing import Array

#: Runs one by one are slow, so fewer are made.
_ALONE = 128
_ROUNDS = 3


def measure(runs: int) -> dict[str, Any]:
    """Return the best of three rounds, in each of which every engine trains once."""
    work, few = SweepWork(runs), SweepWork(_ALONE)
    engines: dict[str, tuple[int, Callable[[], Any]]] = {
        "lock step": (runs, lambda: _swept(work, "lockstep")),
        "one by one": (_ALONE, lambda: _swept(few, "single")),
    }
    if importlib.util.find_spec("optax"):
        from optlab.bench.peers.optax import sweep as vmapped

        engines["jax.vmap and jit"] = (runs, vmapped("", work).run)
    for _, train in engines.values():
        train()  # compiles
    rates = dict.fromkeys(engines, 0.0)
    peak = 0.0
    for _ in range(_ROUNDS):
        peak = max(peak, _peak())
        for name, (count, train) in engines.items():
            begin = time.perf_counter()
            train()
            rates[name] = max(rates[name], count / (time.perf_counter() - begin))
    operations = rates["lock step"] * work.steps * work.rows * _operations(work)
    return {"runs": runs, "rates": rates, "peak": peak, "operations": operations}


def _swept(work: SweepWork, engine: str) -> None:
    found = sweep(work.experiment, {work.path: work.rates}, jobs=1, engine=engine)
    if found.interrupted:
        raise KeyboardInterrupt


def _operations(work: SweepWork) -> int:
    """Return the multiplications and additions of the products of a row and step."""
    kernels = [each.size for each in work.weights() if each.ndim == 2]
    # Forward, for the weights, and for the inputs of all layers but the first.
    return 2 * (2 * sum(kernels) + sum(kernels[1:]))


@kernel
def _multiply(x: Array, w: Array, z: Array, times: int) -> None:
    for _ in range(times):
        products.multiply(x, 0, w, z, 0, len(x))


def _peak() -> float:
    """Return the operations a second of the tiles alone, in all threads, in cache."""
    rows, inputs, units, times = 8, 64, 8, 20_000
    rng = np.random.default_rng(0)
    arrays = [
        rng.standard_normal(shape).astype("float32")
        for shape in ((rows, inputs), (inputs, units, 16), (rows, units, 16))
    ]
    _multiply(*arrays, 1)

    def work(first: int, last: int) -> None:
        for _ in range(first, last):
            _multiply(*(array.copy() for array in arrays), times)

    begin = time.perf_counter()
    spread(work, 8, True)
    seconds = time.perf_counter() - begin
    return 8 * times * 2 * rows * inputs * units * 16 / seconds


def lines(found: dict[str, Any]) -> list[str]:
    """Return the figures as Markdown."""
    ours = found["rates"]["lock step"]
    table = ["| engine | trainings/s | lock step is faster by |", "|---|--:|--:|"]
    for name, rate in found["rates"].items():
        factor = "" if name == "lock step" else f"{ours / rate:.1f}"
        table.append(f"| {name} | {rate:.0f} | {factor} |")
    return [
        f"{found['runs']:,} runs of a 16-16-1 net with Adam, 500 steps on all 64 rows, "
        "from the call to the results, compiled before:",
        "",
        *table,
        "",
        f"Their products alone are {found['operations'] / 1e9:.0f} GFlop/s; the "
        "processors reach "
        f"{found['peak'] / 1e9:.0f} on products that stay in the innermost cache.",
    ]
