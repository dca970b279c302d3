"""The loss that a training ends with, by how its numbers are kept."""

from __future__ import annotations

import multiprocessing
import statistics
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from benchmarks.precision.problems import BATCH, STEPS, Problem, loaded
from optlab import optimizers
from optlab.kernels.low_precision.formats import FORMATS
from optlab.optimizers import LowPrecision

#: Rates at which all of them learn.
INNER: dict[str, Callable[[], Any]] = {
    "adam": lambda: optimizers.Adam(0.003),
    "adamw": lambda: optimizers.AdamW(0.003, weight_decay=0.01),
    "sgd": lambda: optimizers.SGD(0.03, momentum=0.9),
    "lion": lambda: optimizers.Lion(0.0005),
}
#: How numbers are kept: the parameters' format, and what `LowPrecision` takes.
KEPT: dict[str, tuple[str, dict[str, Any]]] = {
    "8-bit state, stochastic": ("float32", {"state_dtype": "uint8"}),
    "8-bit state, nearest": (
        "float32",
        {"state_dtype": "uint8", "rounding": "nearest"},
    ),
    "bfloat16, stochastic": ("bfloat16", {"state_dtype": "bfloat16"}),
    "bfloat16, 8-bit state, stochastic": ("bfloat16", {"state_dtype": "uint8"}),
    "bfloat16, 8-bit state, master copy": (
        "bfloat16",
        {"state_dtype": "uint8", "master_copy": True},
    ),
    "float16, stochastic": ("float16", {"state_dtype": "bfloat16"}),
    "bfloat16, nearest": (
        "bfloat16",
        {"state_dtype": "bfloat16", "rounding": "nearest"},
    ),
}


def trained(problem: Problem, seed: int, inner: str, kept: str | None) -> float:
    """Train, and return the mean loss of all rows at the end.

    Parameters
    ----------
    problem : Problem
        What is trained.
    seed : int
        Of the first weights, the batches and the noise.
    inner : str
        A key of `INNER`.
    kept : str or None
        A key of `KEPT`; None for float32 as it is.
    """
    data, model, loss = loaded(problem.rows), problem.model(seed), problem.loss()
    x, y = data.x, data.y
    name, options = KEPT[kept] if kept else ("float32", {})
    optimizer = INNER[inner]()
    if kept:
        optimizer = LowPrecision(optimizer, seed=seed, **options)
    weights, gradients = model.parameters, model.gradients
    how = FORMATS[name]
    dtype = np.float16 if name == "float16" else np.uint16
    bits = weights if how.nearest is None else [how.nearest(weights.flat, 0)]
    optimizer.build(bits if how.nearest is None else [bits[0].view(dtype)])
    rng = np.random.default_rng(seed)
    for _ in range(STEPS):
        rows = rng.integers(0, len(x), BATCH)
        if how.load is not None:
            weights.flat[:] = how.load(bits[0])
        output = model.forward(x[rows], training=True)
        _, slope = loss.value_and_grad(y[rows].reshape(len(rows), -1), output)
        model.backward(slope)
        given = gradients
        if how.nearest is not None:
            given = [how.nearest(gradients.flat, 0).view(dtype)]
        optimizer.apply(given)
    if how.load is not None:
        weights.flat[:] = how.load(bits[0])
    return float(loss(y.reshape(len(y), -1), model.predict(x)))


@dataclass(frozen=True)
class Cell:
    """One problem, optimizer and way to keep numbers, over seeds.

    Attributes
    ----------
    shift : float
        The median loss less that of float32, in deviations of float32's seeds.
    """

    problem: str
    inner: str
    kept: str
    shift: float

    @property
    def within(self) -> bool:
        """Whether the loss is not worse than the noise of seeds."""
        return self.shift <= 1.0


def cells(problems: list[Problem], seeds: int, processes: int) -> Iterator[Cell]:
    """Yield every comparison, the problems shared among processes."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context) as pool:
        for found in pool.map(cells_of, problems, [seeds] * len(problems)):
            yield from found


def cells_of(problem: Problem, seeds: int) -> list[Cell]:
    """Return the comparisons of one problem."""
    numba.set_num_threads(1)
    cells = []
    for inner in INNER:
        plain = [trained(problem, s, inner, None) for s in range(seeds)]
        noise = statistics.stdev(plain)
        for kept in KEPT:
            found = [trained(problem, s, inner, kept) for s in range(seeds)]
            shift = statistics.median(found) - statistics.median(plain)
            shift = shift / noise if np.isfinite(shift) else np.inf
            cells.append(Cell(problem.name, inner, kept, shift))
    return cells


def table(found: list[Cell]) -> str:
    """Return the counts as Markdown."""
    names = list(INNER)
    lines = [
        "| numbers | " + " | ".join(names) + " | largest shift |",
        "| --- |" + " ---: |" * (len(names) + 1),
    ]
    for kept in KEPT:
        row = []
        for inner in names:
            mine = [c for c in found if (c.kept, c.inner) == (kept, inner)]
            row.append(f"{sum(c.within for c in mine)} of {len(mine)}")
        worst = max((c for c in found if c.kept == kept), key=lambda c: c.shift)
        told = f"{worst.shift:.1f} ({worst.inner}, {worst.problem})"
        lines.append(f"| {kept} | {' | '.join(row)} | {told} |")
    return "\n".join(lines)
