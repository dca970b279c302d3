"""The table of a case: one row a variant, one column a figure."""

from __future__ import annotations

import math
from typing import Any

from optlab.cases.case_result import CaseResult
from optlab.cases.findings import number


def figure_names(outcome: CaseResult) -> list[str]:
    """Return the names of the figures that every variant has."""
    first = next(iter(outcome.figures["variants"].values()))
    return [name for name, value in first.items() if isinstance(value, dict)]


def columns_of(outcome: CaseResult) -> list[str]:
    """Return the head of the table."""
    return ["variant", *(name.replace("_", " ") for name in figure_names(outcome))]


def rows_of(outcome: CaseResult) -> list[list[str]]:
    """Return a row for each variant: its name, and median and range of each figure."""
    names = figure_names(outcome)
    return [
        [variant, *(cell(figures[name]) for name in names)]
        for variant, figures in outcome.figures["variants"].items()
    ]


def cell(spread: dict[str, Any]) -> str:
    """Write a median with its range; how many runs diverged where any did."""
    values = spread["values"]
    lost = sum(value is None or not math.isfinite(value) for value in values)
    if lost == len(values):
        return "all diverged"
    median, low, high = (number(spread[key]) for key in ("median", "low", "high"))
    if lost:
        return f"{median} ({lost} of {len(values)} diverged)"
    return median if low == high else f"{median} ({low} to {high})"
