"""Tables of results: for the terminal, and in Markdown for README and docs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from optlab.bench import machine
from optlab.bench.case import OURS
from optlab.bench.results import SubjectResult, rows

COLUMNS = (
    "case",
    "subject",
    "median",
    "spread",
    "least",
    "ratio",
    "GB/s",
    "of limit",
)


@dataclass(frozen=True)
class Line:
    """One row with what it is measured by: the reference of its case, and the limit.

    Attributes
    ----------
    row : SubjectResult
        What was timed.
    ratio : float or None
        How many times as long as ours it takes (`SubjectResult.over`); None for ours.
    of_limit : float or None
        How many times as long the limit takes: 1 is as fast as memory allows.
    best_peer : bool
        Whether its ratio is the smallest of the case's peers.
    """

    row: SubjectResult
    ratio: float | None
    of_limit: float | None
    best_peer: bool


@dataclass(frozen=True)
class Best:
    """One row of ours and the fastest peer of its case.

    Attributes
    ----------
    row : SubjectResult
        Ours.
    peer : str
        The peer's name.
    ratio : float
        How many times as long as ours it takes.
    """

    row: SubjectResult
    peer: str
    ratio: float


def lines(found: Iterable[SubjectResult]) -> dict[tuple[str, str], list[Line]]:
    """Return the lines by suite and group, the cases in their order."""
    tables: dict[tuple[str, str], list[Line]] = {}
    for case in _cases(found):
        tables.setdefault(case[0].key[:2], []).extend(_of_case(case))
    return tables


def summary(found: Iterable[SubjectResult]) -> list[Best]:
    """Return each of our rows with the fastest peer of its case, where there is one."""
    result = []
    for case in _cases(found):
        for row in case:
            peers = [p for p in case if p.peer and p.variant == row.variant]
            if row.ours and peers:
                best = min(peers, key=lambda peer: peer.over(row))
                result.append(Best(row, best.subject, best.over(row)))
    return result


def _cases(found: Iterable[SubjectResult]) -> list[list[SubjectResult]]:
    """Return the rows case by case."""
    groups = itertools.groupby(found, key=lambda row: row.key[:3])
    return [list(case) for _, case in groups]


def _of_case(case: Sequence[SubjectResult]) -> list[Line]:
    ours = next((row for row in case if row.subject == OURS), None)
    limits = {row.variant: row for row in case if row.is_limit}
    best = None
    if ours is not None:
        peers = [row for row in case if row.peer and not row.variant]
        best = min(peers, key=lambda row: row.over(ours), default=None)
    return [
        Line(
            row,
            None if ours is None or row is ours else row.over(ours),
            None if row.is_limit else _of_limit(row, limits.get(row.variant)),
            row is best,
        )
        for row in case
    ]


def _of_limit(row: SubjectResult, limit: SubjectResult | None) -> float | None:
    return None if limit is None else limit.over(row)


def cells(line: Line) -> tuple[str, ...]:
    """Return the cells of one line, in the order of `COLUMNS`."""
    row = line.row
    rate = row.bandwidth
    return (
        row.case,
        row.subject + (" *" if line.best_peer else ""),
        duration(row.median),
        _marked(_spread(row), _is_wide(row)) if len(row.seconds) not in (1, 2) else "",
        duration(row.minimum),
        "1" if line.ratio is None and row.ours else figure(line.ratio),
        "" if rate is None else f"{rate / 1e9:.3g}",
        ""
        if line.of_limit is None
        else _marked(f"{line.of_limit:.2f}", line.of_limit > _OVER),
    )


def _marked(text: str, doubtful: bool) -> str:
    return f"{text} ?" if doubtful else text


def figure(value: float | None) -> str:
    """Write a ratio: two digits after the point, fewer where it is large."""
    if value is None:
        return ""
    places = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{places}f}"


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
    if info.get("omp_wait_policy"):
        parts.append(f"OMP_WAIT_POLICY={info['omp_wait_policy']}")
    return f"Measured {found['datetime'][:10]} on {', '.join(parts)}. {packages}."


#: Half the distance of the quartiles, as a part of the median, from which a figure
#: says more of the machine than of the subject. Of the 420 rows of docs/benchmarks.md
#: 9 in 10 stay below 0.24, and 5 are above 0.5.
_WIDE = 0.5
#: How far above the limit a rate may seem to be: the limit is timed, too.
#: The highest of the 236 rates in docs/benchmarks.md is 1.02.
_OVER = 1.1


def doubts(found: Mapping[str, Any]) -> list[str]:
    """Say which figures of a document are not to be trusted, and why."""
    said = []
    info = found["machine_info"]
    load, processors = info.get("load"), info.get("cpu_count")
    if load and processors and load[0] > processors + 0.5:
        said.append(
            f"doubtful: the machine was busy, load {load[0]:.1f} on {processors} "
            "processors; all times may be too long"
        )
    for (suite, group), table in lines(rows(found)).items():
        for line in table:
            name = f"{title(suite, group)}, {line.row.case}, {line.row.subject}"
            if _is_wide(line.row):
                said.append(
                    f"doubtful: {name}: the rounds spread by {_spread(line.row)}"
                )
            if line.of_limit is not None and line.of_limit > _OVER:
                said.append(
                    f"doubtful: {name}: {line.of_limit:.2f} times the limit, "
                    "which must have been disturbed"
                )
    return said


def _is_wide(row: SubjectResult) -> bool:
    return len(row.seconds) not in (1, 2) and row.spread / 2 > _WIDE


def _spread(row: SubjectResult) -> str:
    return f"±{row.spread * 50:.0f} %"


def notes(found: Mapping[str, Any]) -> list[str]:
    """Say what of a document was not timed or is doubtful, and why."""
    kept = found.get("optlab", {})
    said = doubts(found)
    said += [
        f"missing: {one['peer']} (package {one['package']!r} is not installed)"
        for one in kept.get("missing", ())
    ]
    said += [f"left out: {text}" for text in kept.get("skipped", ())]
    for one in kept.get("faults", ()):
        who = "" if one["subject"] in one["message"] else f", {one['subject']}"
        where = f"{title(one['suite'], one['group'])}, {one['case']}{who}"
        said.append(f"not timed, {one['kind']}: {where}: {one['message']}")
    return said


def markdown(found: Mapping[str, Any], suites: Sequence[str] = ()) -> str:
    """Return all tables of a document, or those of some suites, in Markdown."""
    parts = [origin(found)]
    for (suite, group), table in lines(rows(found)).items():
        if suites and suite not in suites:
            continue
        shown = [index for index, _ in enumerate(COLUMNS) if _used(table, index)]
        heads = [COLUMNS[index] for index in shown]
        body = [[cells(line)[index] for index in shown] for line in table]
        name = title(suite, group)
        parts.append(f"### {name[:1].upper()}{name[1:]}\n\n{grid(heads, body)}")
    if said := notes(found):
        parts.append("### Not timed\n\n" + "\n".join(f"- {text}" for text in said))
    return "\n\n".join(parts) + "\n"


def markdown_summary(found: Mapping[str, Any], groups: Sequence[str] = ()) -> str:
    """Return the short table of a README: ours against the best peer."""
    body = []
    for best in summary(rows(found)):
        row = best.row
        if groups and row.group not in groups:
            continue
        what = title(row.suite, row.group) + ": " + label(row)
        ratio = f"{figure(best.ratio)} x"
        body.append([what, duration(row.median), best.peer, ratio])
    head = ["what", "optlab", "best peer", "best peer / optlab"]
    return f"{grid(head, body)}\n\n{origin(found)}\n"


def title(suite: str, group: str) -> str:
    """Return what one table, or one block of bars, is called."""
    return group if suite in group else f"{suite}: {group}"


def label(row: SubjectResult) -> str:
    """Name one row of ours: the case, and the layout where it is not the usual one."""
    layout = row.subject.removeprefix(OURS).strip(" ,")
    return f"{row.case} ({layout})" if layout else row.case


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
