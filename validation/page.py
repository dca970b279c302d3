"""The report of a verification as one self-contained web page."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape
from typing import Any

from optlab.html_page import document, picture, row, table
from optlab.plots.theme import style
from optlab.validation.matrix.modes import MODES
from optlab.validation.plots import plot_drifts, plot_matrix
from optlab.validation.results import Result
from optlab.validation.runs.verdict import Verdict
from optlab.validation.summary import Line, cell, lines, modes, verdict

_STYLE = """\
.verdict { border-left: .35rem solid var(--good); padding: .5rem .9rem;
  background: var(--wash); overflow-wrap: anywhere; }
.verdict.failed { border-color: var(--bad); }
.muted { color: var(--muted); font-size: .92rem; }
th, td { text-align: left; vertical-align: top; }
td + td { white-space: nowrap; }
td.fail { color: var(--bad); font-weight: 600; }
td.same { color: var(--good); }
td.reason { white-space: normal; }
"""


def page(
    results: Sequence[Result],
    verdicts: Sequence[Verdict],
    versions: dict[str, str],
    seconds: float,
) -> str:
    """Return the report as HTML: verdict, failures, table, tolerances, pictures.

    Parameters
    ----------
    results : sequence of Result
        All rows.
    verdicts : sequence of Verdict
        Whole runs, whose drift is drawn.
    versions : dict
        From `Runtime.describe`.
    seconds : float
        How long it took.
    """
    passed = all(result.passed for result in results)
    today = datetime.date.today().isoformat()
    about = ", ".join(f"{name} {value}" for name, value in versions.items())
    parts = [
        "<h1>Does optlab compute what tf.keras computes?</h1>",
        f'<p class="verdict{"" if passed else " failed"}">'
        f"{escape(verdict(results, versions))}</p>",
        f'<p class="muted">{today}, {seconds:.0f} s. {escape(about)}.</p>',
        _failures(results),
        _pictures(results, verdicts),
        "<h2>Distances</h2>",
        '<p class="muted">0: the same bits. ULP: units in the last place. r: '
        "roundings, that is machine epsilon times the largest magnitude that the "
        "element has had; rel: that distance as a fraction. n/a: tf.keras cannot run "
        "it.</p>",
        _table(results),
        _legend(results),
        _tolerances(results),
    ]
    return document("optlab verify", parts, _STYLE)


def _failures(results: Sequence[Result]) -> str:
    failed = [result for result in results if not result.passed]
    if not failed:
        return ""
    items = "".join(
        f"<li>{escape(message)} {escape(result.note)}</li>"
        for result in failed
        for message in result.messages()[:3]
    )
    return f"<h2>Outside the tolerance</h2><ul>{items}</ul>"


def _pictures(results: Sequence[Result], verdicts: Sequence[Verdict]) -> str:
    found: list[tuple[Any, str]] = []
    if any(result.group in ("optimizers", "yours") for result in results):
        found.append((plot_matrix(results), "Distance of each optimizer in each mode"))
    if verdicts:
        found.append((plot_drifts(verdicts), "Distance of whole runs by step"))
    with style():
        return "".join(picture(axes.figure, alt) for axes, alt in found)


def _table(results: Sequence[Result]) -> str:
    columns = modes(results)
    return table(
        ["", "subject", *columns], (_row(line, columns) for line in lines(results))
    )


def _row(line: Line, columns: Sequence[str]) -> str:
    texts = [cell(line.cells.get(mode, [])) for mode in columns]
    kinds = ["fail" if t.startswith("FAIL") else "same" * (t == "0") for t in texts]
    return row([line.group, line.subject, *texts], ["", *kinds])


def _legend(results: Sequence[Result]) -> str:
    present = {mode.partition(" ")[0] for mode in modes(results)}
    rows = [
        f"<li><b>{m}</b>: {escape(t)}</li>" for m, t in MODES.items() if m in present
    ]
    if any("model" in mode for mode in modes(results)):
        rows.append(
            "<li><b>model</b>: our rule with that mode's rewrites and no other change; "
            "0 proves that they explain the whole distance</li>"
        )
    return f"<h2>Modes</h2><ul>{''.join(rows)}</ul>" if rows else ""


def _largest(found: Sequence[Result]) -> str:
    notes = [result.note for result in found if result.note]
    if notes:
        return notes[0]
    ulp = max(result.ulp for result in found)
    return f"{ulp} ULP, {max(result.roundings for result in found):.2g} r"


def _tolerances(results: Sequence[Result]) -> str:
    """List each tolerance once, with its reason and the largest distance under it."""
    rows: dict[tuple[str, str, str], list[Result]] = {}
    for result in results:
        key = (
            result.mode.partition(",")[0],
            str(result.tolerance),
            result.tolerance.reason,
        )
        rows.setdefault(key, []).append(result)
    body = (
        row([mode, bound, why, str(len(found)), _largest(found)], ["", "reason"])
        for (mode, bound, why), found in rows.items()
    )
    head = ["mode", "bound", "reason", "rows", "largest measured"]
    return f"<h2>What passes, and why</h2>{table(head, body)}"
