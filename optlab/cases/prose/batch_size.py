"""Batches that are too small and too large."""

from __future__ import annotations

import math

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import (
    FINAL_ACCURACY,
    FINAL_LOSS,
    FINAL_VAL_LOSS,
    RISES,
)
from optlab.cases.findings import Findings, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import digits
from optlab.cases.variant import Variant


def _variant(size: int, rate: float) -> Variant:
    sgd = {"name": "sgd", "learning_rate": rate}
    training = {"epochs": 20, "batch_size": size}
    return Variant(digits(optimizer=sgd, training=training))


def _end(found: Findings, variant: str) -> str:
    loss = found.median(FINAL_LOSS, variant)
    return f"ends at {number(loss)}" if math.isfinite(loss) else "diverges"


def judge(found: Findings) -> Verdict:
    """Hold where both ends of the range are worse than 32 whatever the rate."""
    small = found.compare(FINAL_LOSS, "1 row, rate 0.1", "32 rows, rate 0.1")
    large = found.compare(FINAL_LOSS, "all rows, rate 0.1", "32 rows, rate 0.1")
    tuned = found.compare(FINAL_LOSS, "1 row, rate 0.003", "32 rows, rate 0.1")
    grown = found.compare(FINAL_LOSS, "all rows, rate 2", "all rows, rate 0.1")
    ends = {variant: _end(found, variant) for variant in found.trials}
    figures = (
        f"At a rate of 0.1 and 20 epochs one row at a time {ends['1 row, rate 0.1']}, "
        f"a batch of 32 {ends['32 rows, rate 0.1']}, of all rows "
        f"{ends['all rows, rate 0.1']}. With a rate to suit, one row "
        f"{ends['1 row, rate 0.003']} (0.003) and all rows {ends['all rows, rate 2']} "
        "(2)."
    )
    if small == large == "worse":
        if tuned != "worse" or grown == "better":
            return Verdict("depends", f"On the rate, which has to suit. {figures}")
        return Verdict("holds", figures)
    if "worse" in (small, large):
        return Verdict("depends", figures)
    return Verdict("fails", figures)


CASE = Case(
    id="prose-batch-size",
    articles=("002",),
    title="Batches too small, batches too large",
    claim="Batches that are too small hinder convergence by their noise, and batches "
    "that are too large make it slow.",
    variants={
        "1 row, rate 0.1": _variant(1, 0.1),
        "1 row, rate 0.003": _variant(1, 0.003),
        "32 rows, rate 0.1": _variant(32, 0.1),
        "all rows, rate 0.1": _variant(2000, 0.1),
        "all rows, rate 2": _variant(2000, 2.0),
    },
    figures=(FINAL_LOSS, FINAL_VAL_LOSS, FINAL_ACCURACY, RISES),
    judge=judge,
    why="Batch size and rate are one setting. A batch of one has the noisiest gradient "
    "and needs a small rate to average it out; then it is as good as any, in many "
    "cheap steps. A batch of all rows has no noise at all, but makes one step an "
    "epoch: twenty steps at 0.1 do not get far, and the steadier gradient allows a "
    "larger rate, up to where descent becomes unstable. Compared at one and the same "
    "rate, both ends of the range look bad for a reason that is not their size.",
    panels=(
        Curves("loss", title="Training loss", scale="log", ceiling=10.0),
        Dots(FINAL_ACCURACY, title="Validation accuracy"),
    ),
)
