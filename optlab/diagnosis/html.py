"""A diagnosis as one self-contained web page, readable on a phone."""

from __future__ import annotations

import json
from html import escape

from optlab.diagnosis import text
from optlab.diagnosis.file_diff import REPAIRED, file_diff
from optlab.diagnosis.result import CauseFound, Diagnosis
from optlab.html_page import document, picture, row, table

_STYLE = """\
body { max-width: 60rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.meta, .small { color: var(--muted); font-size: .9rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem;
  min-width: 6.5rem; flex: 1 1 6.5rem; }
.tile b { display: block; font-size: 1.35rem; }
.cause { border-left: .3rem solid var(--line); padding: .1rem 0 .1rem .9rem;
  margin: 1rem 0; }
.proved { border-color: var(--bad); } .suspected { border-color: var(--unsure); }
.badge { display: inline-block; border-radius: 1rem; padding: 0 .6rem;
  color: var(--badge); font-size: .8rem; background: var(--muted);
  vertical-align: .1rem; }
.proved .badge { background: var(--bad); }
.suspected .badge { background: var(--unsure); }
.healthy { color: var(--good); } .faulty { color: var(--bad); }
pre { overflow-x: auto; background: var(--wash); border-radius: .4rem; padding: .7rem;
  font-size: .82rem; line-height: 1.45; margin: .5rem 0; }
.add { color: var(--link); } .del { color: var(--bad); }
figure.tall { display: none; }
table { width: 100%; }
td, th { text-align: left; padding-right: .5rem; vertical-align: top;
  overflow-wrap: anywhere; }
td.num { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem;
  margin: .5rem 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
details { margin: .5rem 0; }
@media (max-width: 34rem) {
  figure.wide { display: none; } figure.tall { display: block; }
  dl { grid-template-columns: 1fr; } dt { margin-top: .3rem; } }
"""


def to_html(answer: Diagnosis, repaired: str = REPAIRED) -> str:
    """Return a report as one HTML document: text, picture, evidence, diff.

    Parameters
    ----------
    answer : Diagnosis
        What `optlab.diagnose` returned.
    repaired : str
        The name of the file with repaired rows, where the cure has some.

    Returns
    -------
    str
        With style and picture inside; it loads nothing.
    """
    name = answer.experiment.name or "experiment"
    kind = "healthy" if answer.healthy else "faulty"
    changes = [f"<li>{escape(str(change))}" for change in answer.lines]
    parts = [
        f"<p class=meta>Diagnosis of {escape(name)}</p>",
        f'<h1 class="{kind}">{escape(text.verdict(answer))}</h1>',
        _tiles(answer),
        f"<p>{escape(text.story(answer))}</p>",
        *(f"<p class=small>Note: {escape(note)}</p>" for note in answer.notes),
    ]
    if changes:
        parts += ["<h2>Change in your program</h2>", f"<ul>{''.join(changes)}</ul>"]
    if any(len(losses) for losses in answer.losses_before) or answer.before:
        parts += ["<h2>Before and after</h2>", _picture(answer)]
    if answer.causes:
        parts.append("<h2>Causes</h2>")
        parts += [_cause(found) for found in answer.causes]
    diff = file_diff(answer, repaired)
    if diff:
        parts += ["<h2>The fix</h2>", _diff(diff)]
    if answer.ruled_out:
        parts += ["<h2>Tried, and ruled out</h2>", _ruled_out(answer.ruled_out)]
    checked = "".join(f"<li>{escape(line)}" for line in text.checked_lines(answer))
    parts += [
        f"<h2>Checked: {len(answer.checked)} causes</h2>",
        f"<ul class=small>{checked}</ul>",
        "<details><summary class=small>The same as JSON</summary>",
        f"<pre><code>{escape(json.dumps(answer.to_dict(), indent=1))}</code></pre>",
        "</details>",
    ]
    return document(f"Diagnosis of {name}", parts, _STYLE)


def _tiles(answer: Diagnosis) -> str:
    figures = [("score before", text.score_text(answer.score_before))]
    if answer.cured is not None:
        figures.append(("score after", text.score_text(answer.score_after)))
    if answer.possible is not None:
        figures.append(("these data allow", text.score_text(answer.possible)))
    figures += [("trainings", str(answer.runs)), ("seconds", f"{answer.seconds:.1f}")]
    tiles = (f"<div class=tile><b>{b}</b>{escape(a)}</div>" for a, b in figures)
    return f"<div class=tiles>{''.join(tiles)}</div>"


def _picture(answer: Diagnosis) -> str:
    """Draw the picture twice, for a wide and for a narrow screen."""
    from optlab.plots import plot_diagnosis

    alt = "Losses and scores before and after the cure"
    return "".join(
        picture(plot_diagnosis(answer, title="", stacked=kind == "tall"), alt, kind)
        for kind in ("wide", "tall")
    )


def _cause(found: CauseFound) -> str:
    entry = found.entry
    rows = [("Symptom", entry.symptom), ("Seen here", text.observations(found))]
    shown = text.proof(found)
    if shown:
        rows.append(("Proof", f"score {shown}, effect {text.effect(found)}"))
        each = f"{found.evidence['before']} → {found.evidence['after']}"
        rows.append(("Each seed", each))
    partners = found.evidence.get("with")
    if partners:
        rows.append(("Only with", ", ".join(partners)))
    rows.append(("Cure", entry.cure))
    change = "; ".join(text.fix_lines(found))
    if change:
        rows.append(("Change", change))
    listed = "".join(f"<dt>{name}<dd>{escape(value)}" for name, value in rows if value)
    return (
        f'<div class="cause {found.status.replace(" ", "-")}">'
        f"<h3>{found.cause} <span class=badge>{found.status}</span></h3>"
        f"<p>{escape(entry.definition)}</p><dl>{listed}</dl></div>"
    )


def _diff(diff: str) -> str:
    lines = []
    for line in diff.splitlines():
        kind = {"+": "add", "-": "del"}.get(line[:1], "")
        shown = escape(line)
        lines.append(f"<span class={kind}>{shown}</span>" if kind else shown)
    return f"<pre><code>{chr(10).join(lines)}</code></pre>"


def _ruled_out(causes: list[CauseFound]) -> str:
    rows = (
        row(
            [
                found.cause,
                "; ".join(text.fix_lines(found)),
                text.proof(found).partition(" over")[0],
            ],
            ["", "num"],
        )
        for found in causes
    )
    return table(["cause", "what was changed", "score"], rows)
