"""Losses: value and gradient together, prepared arrays, as training uses them."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab import losses
from optlab.bench.case import OURS, Benchmark, Subject
from optlab.bench.plan import Plan
from optlab.bench.work import LossWork

#: Rows and columns of the predictions: one batch, and a validation set.
_SHAPES = ((32, 10), (10_000, 10))
_NAMES = (
    "mse",
    "mae",
    "huber",
    "binary_crossentropy",
    "sparse_categorical_crossentropy",
)


def cases(plan: Plan) -> list[Benchmark]:
    """Return each loss at each shape."""
    shapes = _SHAPES[:1] if plan.quick else _SHAPES
    return [_case(plan, LossWork(name, *shape)) for shape in shapes for name in _NAMES]


def _case(plan: Plan, work: LossWork) -> Benchmark:
    count = work.rows * work.columns
    return Benchmark(
        "loss",
        f"losses, {work.rows} x {work.columns}",
        f"{work.name}, {work.rows} x {work.columns}",
        {OURS: lambda: ours(work), **plan.rivals("loss", work)},
        unit_count=count,
        unit="element",
        params={"loss": work.name, "rows": work.rows, "columns": work.columns},
    )


def ours(work: LossWork) -> Subject:
    """Call the loss's fast path, `into`."""
    config: dict[str, Any] = {"name": work.name}
    if work.from_logits is not None:
        config["from_logits"] = work.from_logits
    loss = losses.get(config)
    p = work.prediction
    y = loss.prepare_targets(work.y, p.shape[1:], p.dtype)
    grad = np.empty_like(p)
    value = [0.0]

    def run() -> None:
        value[0] = loss.into(y, p, None, grad)

    return Subject(OURS, run, lambda: [np.asarray(value[0], p.dtype), grad])
