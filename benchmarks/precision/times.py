"""The time of a step by how its numbers are kept, beside Adam in float32."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from optlab.kernels.low_precision.formats import FORMATS
from optlab.optimizers import SGD, Adam, Lion, LowPrecision

#: What is timed: the format of the parameters, bytes that a step moves for each, and
#: the optimizer.
SUBJECTS: dict[str, tuple[str, float, Callable[[], Any]]] = {
    "Adam, float32": ("float32", 28, lambda: Adam()),
    "Adam, 8-bit state, nearest": (
        "float32",
        16,
        lambda: LowPrecision(Adam(), rounding="nearest"),
    ),
    "Adam, 8-bit state, stochastic": ("float32", 16, lambda: LowPrecision(Adam())),
    "Lion, 8-bit state, nearest": (
        "float32",
        14,
        lambda: LowPrecision(Lion(), rounding="nearest"),
    ),
    "SGD with momentum, 8-bit state, nearest": (
        "float32",
        14,
        lambda: LowPrecision(SGD(momentum=0.9), rounding="nearest"),
    ),
    "Adam, bfloat16, stochastic": (
        "bfloat16",
        14,
        lambda: LowPrecision(Adam(), "bfloat16"),
    ),
    "Adam, bfloat16 and 8-bit state, stochastic": (
        "bfloat16",
        10,
        lambda: LowPrecision(Adam()),
    ),
    "Lion, bfloat16, stochastic": (
        "bfloat16",
        10,
        lambda: LowPrecision(Lion(), "bfloat16"),
    ),
}


def timed(size: int, rounds: int, threads: int) -> dict[str, list[float]]:
    """Return seconds of each step, the subjects in turn.

    Of one thread it is the processor's time, which other programs disturb less.

    Parameters
    ----------
    size : int
        Parameters of one tensor.
    rounds : int
        Steps of each; two more warm up.
    threads : int
        Numba's.
    """
    numba.set_num_threads(threads)
    clock = time.process_time if threads == 1 else time.perf_counter
    rng = np.random.default_rng(0)
    values = rng.standard_normal(size, dtype=np.float32)
    slopes = rng.standard_normal(size, dtype=np.float32)
    runs = {}
    for name, (kind, _, make) in SUBJECTS.items():
        nearest: Any = FORMATS[kind].nearest or (lambda array, _: array.copy())
        optimizer, grad = make(), nearest(slopes, 0)
        optimizer.build([nearest(values, 0)])
        runs[name] = (optimizer, [grad])
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for round_ in range(rounds + 2):
        for name, (optimizer, grads) in runs.items():
            started = clock()
            optimizer.apply(grads)
            if round_ >= 2:
                seconds[name].append(clock() - started)
    return seconds


def table(seconds: dict[str, list[float]]) -> str:
    """Return the times as Markdown."""
    first = statistics.median(next(iter(seconds.values())))
    lines = [
        "| step | ms | of float32's time | of its bytes |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name, found in seconds.items():
        median = statistics.median(found)
        part = SUBJECTS[name][1] / SUBJECTS["Adam, float32"][1]
        lines.append(
            f"| {name} | {1e3 * median:.1f} | {median / first:.2f} | {part:.2f} |"
        )
    return "\n".join(lines)
