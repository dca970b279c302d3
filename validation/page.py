"""The report of a verification as one self-contained web page."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from html import escape
from typing import Any

from optlab.plots.files import svg_text
from optlab.plots.theme import style
from optlab.validation.matrix.modes import MODES
from optlab.validation.plots import plot_drifts, plot_matrix
from optlab.validation.results import Result
from optlab.validation.runs.verdict import Verdict
from optlab.validation.summary import Line, cell, lines, modes, verdict

_STYLE = """
:root { --ink: #222; --muted: #5f5f5f; --line: #e0e0e0; --wash: #f6f7f9; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { border-left: .35rem solid #00694d; padding: .5rem .9rem;
  background: var(--wash); overflow-wrap: anywhere; }
.verdict.failed { border-color: #b04400; }
.muted { color: var(--muted); font-size: .92rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .88rem; }
th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
td + td + td { white-space: nowrap; }
thead th { color: var(--muted); font-weight: 500; }
td.fail { color: #b04400; font-weight: 600; }
td.same { color: #00694d; }
svg { width: 100%; height: auto; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
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
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width, initial-scale=1">',
        f"<title>optlab verify</title><style>{_STYLE}</style>",
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
    return "\n".join(parts) + "\n"


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
    found = []
    if any(result.group in ("optimizers", "yours") for result in results):
        found.append(plot_matrix(results))
    if verdicts:
        found.append(plot_drifts(verdicts))
    return "".join(f"<figure>{_svg(axes.figure)}</figure>" for axes in found)


def _svg(figure: Any) -> str:
    """Return a figure as an SVG element."""
    with style():
        return svg_text(figure)


def _table(results: Sequence[Result]) -> str:
    columns = modes(results)
    head = "".join(f"<th>{escape(name)}</th>" for name in ("", "subject", *columns))
    body = "".join(_row(line, columns) for line in lines(results))
    return (
        f'<div class="wide"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(line: Line, columns: Sequence[str]) -> str:
    cells = [f"<td>{escape(line.group)}</td><td>{escape(line.subject)}</td>"]
    for mode in columns:
        found = line.cells.get(mode, [])
        text = cell(found)
        kind = "fail" if text.startswith("FAIL") else "same" if text == "0" else ""
        cells.append(f'<td class="{kind}">{escape(text)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


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
    body = "".join(
        f"<tr><td>{escape(mode)}</td><td>{escape(bound)}</td><td>{escape(why)}</td>"
        f"<td>{len(found)}</td><td>{escape(_largest(found))}</td></tr>"
        for (mode, bound, why), found in rows.items()
    )
    return (
        "<h2>What passes, and why</h2><div class=wide><table><thead><tr><th>mode</th>"
        "<th>bound</th><th>reason</th><th>rows</th><th>largest measured</th></tr>"
        f"</thead><tbody>{body}</tbody></table></div>"
    )
