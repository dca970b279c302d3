"""Figures of diagnosed programs: as numbers, as a page, as a table of a document."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
from collections.abc import Callable
from typing import Any

#: What one diagnosis and its reruns gave; `benchmarks.programs.__main__.judged` says.
Row = dict[str, Any]


def summary(results: list[Row]) -> dict[str, float]:
    """Return the figures of all programs."""
    empty = [r for r in results if r["nothing"]]
    faulty = [r for r in results if not r["nothing"] and not r["learned_before"]]
    well = [r for r in results if not r["nothing"] and r["learned_before"]]
    figures = {
        "programs": len(results),
        "judged with runs": _share(results, lambda r: r["runs"] > 0),
        "nothing to learn": len(empty),
        "of these said so": _share(empty, lambda r: r["verdict"] == "nothing_to_learn"),
        "learn": len(well),
        "of these called faulty": _share(well, lambda r: r["verdict"] == "faulty"),
        "do not learn": len(faulty),
        "of these noticed": _share(faulty, lambda r: r["verdict"] == "faulty"),
        "of these the fix learns": _share(faulty, lambda r: r["learns_after"]),
    }
    for engine in ("optlab", "keras"):
        times = [r["seconds"] for r in results if r["engine"] == engine]
        if times:
            figures[f"median seconds, {engine}"] = statistics.median(times)
    figures["longest search, seconds"] = max(
        (r["search_seconds"] or 0.0 for r in results), default=0.0
    )
    return figures


def _share(chosen: list[Row], good: Callable[[Row], bool]) -> float:
    return sum(map(good, chosen)) / len(chosen) if chosen else float("nan")


def page(figures: dict[str, float], results: list[Row]) -> str:
    """Return the figures and a row a program, as Markdown."""
    lines = ["| what | figure |", "|---|---|"]
    lines += [f"| {name} | {value:.3g} |" for name, value in figures.items()]
    lines += [
        "",
        "| program | engine | s | verdict | before | fix | reference | first causes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in results:
        scores = [
            "-" if r[key] is None else f"{r[key]:.2f}"
            for key in ("before", "after", "reference")
        ]
        causes = ", ".join(r["causes"][:2]) or "-"
        lines.append(
            f"| {r['name']} | {r['engine']} | {r['seconds']:.0f} | {r['verdict']} | "
            f"{' | '.join(scores)} | {causes} |"
        )
    return "\n".join(lines) + "\n"


#: Rows of a document's table: what is said, the programs it is about, and which of
#: them count.
_COUNTED: tuple[tuple[str, Callable[[Row], bool], Callable[[Row], bool]], ...] = (
    ("judged with runs", lambda r: True, lambda r: r["runs"] > 0),
    (
        "rows hold nothing to learn: said so",
        lambda r: r["nothing"],
        lambda r: r["verdict"] == "nothing_to_learn",
    ),
    (
        "learn as they are: called faulty",
        lambda r: not r["nothing"] and r["learned_before"],
        lambda r: r["verdict"] == "faulty",
    ),
    (
        "do not learn: noticed",
        lambda r: not r["nothing"] and not r["learned_before"],
        lambda r: r["verdict"] == "faulty",
    ),
    (
        "do not learn: the fix, rerun, learns",
        lambda r: not r["nothing"] and not r["learned_before"],
        lambda r: r["learns_after"],
    ),
)


def table(parts: dict[str, list[Row]], budget: float | None) -> str:
    """Return the figures of several parts side by side, without a program's name."""
    given = "the default budget" if budget is None else f"a budget of {budget:g} s"
    seeds = sorted({len(r["seeds"]) for rows in parts.values() for r in rows})
    counted = " or ".join(str(n) for n in seeds)
    plural = "" if seeds == [1] else "s"
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
    lines = [
        f"{datetime.date.today():%d %B %Y}, {given}, {counted} seed{plural} of each "
        "rerun,",
        f"{cores or os.cpu_count()} processor(s) "
        f"({platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}):",
        "",
        "| of the programs | " + " | ".join(parts) + " |",
        "|---" * (len(parts) + 1) + "|",
    ]
    lines.append(_cells("measured", [str(len(rows)) for rows in parts.values()]))
    for name, about, good in _COUNTED:
        chosen = [[r for r in rows if about(r)] for rows in parts.values()]
        cells = [f"{sum(map(good, c))} of {len(c)}" for c in chosen]
        lines.append(_cells(name, cells))
    for engine in ("optlab", "keras"):
        cells = []
        for rows in parts.values():
            times = [r["seconds"] for r in rows if r["engine"] == engine]
            cells.append(f"{statistics.median(times):.0f} s" if times else "-")
        shown = {"optlab": "optlab's layers", "keras": "tf.keras"}[engine]
        lines.append(_cells(f"median time with {shown}", cells))
    longest = [
        max((r["search_seconds"] or 0.0 for r in rows), default=0.0)
        for rows in parts.values()
    ]
    lines.append(_cells("longest search", [f"{value:.0f} s" for value in longest]))
    return "\n".join(lines)


def _cells(name: str, values: list[str]) -> str:
    return f"| {name} | {' | '.join(values)} |"
