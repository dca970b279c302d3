"""Tables of results: for the terminal, and in Markdown for README and docs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optlab.bench import machine
from optlab.bench.case import LIMIT, OURS
from optlab.bench.results import Row, rows

COLUMNS = (
    "case",
    "subject",
    "median",
    "spread",
    "ratio",
    "least",
    "least ratio",
    "GB/s",
    "of limit",
)


@dataclass(frozen=True)
class Line:
    """One row with what it is measured by: the reference of its case, and the limit.

    Attributes
    ----------
    row : Row
        What was timed.
    ratio, least_ratio : float or None
        How many times as long as ours it takes, by medians and by the least times,
        which a busy machine disturbs less; None for ours.
    of_limit : float or None
        The limit's median over this one's: 1 is as fast as memory allows.
    best_peer : bool
        Whether its least time is the shortest of the case's peers.
    """

    row: Row
    ratio: float | None
    least_ratio: float | None
    of_limit: float | None
    best_peer: bool


def lines(found: Iterable[Row]) -> dict[tuple[str, str], list[Line]]:
    """Return the lines by suite and group, the cases in their order."""
    tables: dict[tuple[str, str], list[Line]] = {}
    for key, case in itertools.groupby(
        found, key=lambda row: (row.suite, row.group, row.case)
    ):
        tables.setdefault(key[:2], []).extend(_of_case(list(case)))
    return tables


def _of_case(case: Sequence[Row]) -> list[Line]:
    ours = next((row for row in case if row.subject == OURS), None)
    limit = next((row for row in case if row.subject == LIMIT), None)
    peers = [row for row in case if not row.ours and not row.is_limit]
    best = min(peers, key=lambda row: row.minimum, default=None)
    return [
        Line(
            row,
            None if ours is None or row is ours else row.median / ours.median,
            None if ours is None or row is ours else row.minimum / ours.minimum,
            None if limit is None or row is limit else limit.median / row.median,
            row is best,
        )
        for row in case
    ]


def summary(found: Iterable[Row]) -> list[tuple[str, str, str, float]]:
    """Return for each of our rows: case, ours, the best peer, best peer / ours.

    By the least times, which a busy machine disturbs less than medians.
    """
    result = []
    for _, case in itertools.groupby(
        found, key=lambda row: (row.suite, row.group, row.case)
    ):
        members = list(case)
        peers = [row for row in members if not row.ours and not row.is_limit]
        if not peers:
            continue
        best = min(peers, key=lambda row: row.minimum)
        result += [
            (row.case, row.subject, best.subject, best.minimum / row.minimum)
            for row in members
            if row.ours
        ]
    return result


def cells(line: Line) -> tuple[str, ...]:
    """Return the cells of one line, in the order of `COLUMNS`."""
    row = line.row
    rate = row.bandwidth
    return (
        row.case,
        row.subject + (" *" if line.best_peer else ""),
        duration(row.median),
        f"±{row.spread * 50:.0f} %",
        "1" if line.ratio is None and row.ours else figure(line.ratio),
        duration(row.minimum),
        "1" if line.ratio is None and row.ours else figure(line.least_ratio),
        "" if rate is None else f"{rate / 1e9:.3g}",
        "" if line.of_limit is None else f"{line.of_limit:.2f}",
    )


def figure(value: float | None) -> str:
    """Write a ratio with three digits at most."""
    if value is None:
        return ""
    return f"{value:.0f}" if value >= 100 else f"{value:.2g}"


def duration(seconds: float) -> str:
    """Write a time with three digits and a unit."""
    for unit, factor in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def origin(found: Mapping[str, Any]) -> str:
    """Say on which machine, with which versions and when it was measured."""
    info = found["machine_info"]
    versions = info.get("versions", {})
    packages = ", ".join(f"{name} {version}" for name, version in versions.items())
    memory = info.get("memory_bytes")
    parts = [
        f"{info.get('cpu_count', '?')} x {info.get('processor_name', '?')}",
        f"{info.get('system', '?')} {info.get('machine', '?')}",
        f"Python {info.get('python_version', '?')}",
    ]
    if memory:
        parts.insert(1, f"{machine.readable(memory)} memory")
    load = info.get("load")
    if load:
        parts.append(f"load {load[0]:.1f} at the end")
    return f"Measured {found['datetime'][:10]} on {', '.join(parts)}. {packages}."


def markdown(found: Mapping[str, Any], suites: Sequence[str] = ()) -> str:
    """Return all tables of a document, or those of some suites, in Markdown."""
    parts = [origin(found)]
    for (suite, group), table in lines(rows(found)).items():
        if suites and suite not in suites:
            continue
        shown = [index for index, _ in enumerate(COLUMNS) if _used(table, index)]
        heads = [COLUMNS[index] for index in shown]
        body = [[cells(line)[index] for index in shown] for line in table]
        title = group if suite in group else f"{suite}: {group}"
        parts.append(f"### {title[:1].upper()}{title[1:]}\n\n{grid(heads, body)}")
    return "\n\n".join(parts) + "\n"


def markdown_summary(found: Mapping[str, Any], suites: Sequence[str] = ()) -> str:
    """Return the short table of a README: ours against the best peer."""
    kept = [row for row in rows(found) if not suites or row.suite in suites]
    body = []
    ours = {(row.case, row.subject): row for row in kept if row.ours}
    for case, subject, peer, ratio in summary(kept):
        row = ours[case, subject]
        unit = f"{row.case}, {row.subject}" if row.subject != OURS else row.case
        body.append([unit, duration(row.minimum), peer, f"{figure(ratio)} x"])
    head = ["what", "optlab", "best peer", "best peer / optlab"]
    return f"{grid(head, body)}\n\n{origin(found)}\n"


def grid(head: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """Return one Markdown table, words to the left, figures to the right."""
    rule = [
        "---" if name in ("case", "subject", "what", "best peer") else "---:"
        for name in head
    ]
    return "\n".join(
        "| " + " | ".join(line) + " |" for line in (list(head), rule, *body)
    )


def _used(table: Sequence[Line], index: int) -> bool:
    return any(cells(line)[index] for line in table)
