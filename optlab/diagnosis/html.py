"""A diagnosis as one self-contained web page, readable on a phone."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from optlab.diagnosis import text
from optlab.diagnosis.file_diff import REPAIRED, file_diff
from optlab.diagnosis.result import CauseFound, Diagnosis

_CSS = """
:root { color-scheme: light; --ink: #222; --muted: #5f5f5f; --line: #e0e0e0; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.45rem; line-height: 1.25; margin: .4rem 0 .2rem; }
h2 { font-size: 1.1rem; margin: 1.8rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .5rem 0; }
.meta, .small { color: var(--muted); font-size: .9rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: 1rem 0; }
.tile { border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .9rem;
  min-width: 6.5rem; flex: 1 1 6.5rem; }
.tile b { display: block; font-size: 1.35rem; }
.cause { border-left: .3rem solid var(--line); padding: .1rem 0 .1rem .9rem;
  margin: 1rem 0; }
.proved { border-color: #D55E00; } .suspected { border-color: #E69F00; }
.badge { display: inline-block; border-radius: 1rem; padding: 0 .6rem; color: #fff;
  font-size: .8rem; background: #5F5F5F; vertical-align: .1rem; }
.proved .badge { background: #A84A00; } .suspected .badge { background: #8A5F00; }
.healthy { color: #00694D; } .faulty { color: #A84A00; }
pre { overflow-x: auto; background: #f6f6f4; border-radius: .4rem; padding: .7rem;
  font-size: .82rem; line-height: 1.45; margin: .5rem 0; }
code { font-family: ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
.add { color: #00517F; } .del { color: #A84A00; }
svg.picture { width: 100%; height: auto; } svg.tall { display: none; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
td, th { text-align: left; padding: .3rem .5rem .3rem 0; vertical-align: top;
  border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
td.num { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem;
  margin: .5rem 0; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
details { margin: .5rem 0; }
@media (max-width: 34rem) {
  svg.wide { display: none; } svg.tall { display: block; }
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
    return (
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
        '<meta name=viewport content="width=device-width, initial-scale=1">\n'
        f"<title>Diagnosis of {escape(name)}</title>\n<style>{_CSS}</style>\n</head>\n"
        "<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


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
    """Draw the picture twice, for a wide and for a narrow screen, as SVG."""
    return f"<div>{_svg(answer, stacked=False)}{_svg(answer, stacked=True)}</div>"


def _svg(answer: Diagnosis, stacked: bool) -> str:
    import matplotlib

    from optlab.plots import plot_diagnosis
    from optlab.plots.files import svg_text

    figure = plot_diagnosis(answer, title="", stacked=stacked)
    # Two drawings in one page must not share the ids of their parts.
    settings: Any = {"svg.hashsalt": f"optlab {stacked}", "svg.fonttype": "path"}
    with matplotlib.rc_context(settings):
        body = svg_text(figure)
    name = "tall" if stacked else "wide"
    label = "Losses and scores before and after the cure"
    tag = f'<svg class="picture {name}" role="img" aria-label="{label}"'
    return f"{tag}{body.removeprefix('<svg')}"


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
    rows = "".join(
        f"<tr><td>{found.cause}<td>{escape('; '.join(text.fix_lines(found)))}"
        f"<td class=num>{text.proof(found).partition(' over')[0]}"
        for found in causes
    )
    return f"<table><tr><th>cause<th>what was changed<th>score{rows}</table>"
