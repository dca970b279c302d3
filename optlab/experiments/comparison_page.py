"""A comparison of optimizers as one web page, its pictures in it."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optlab.experiments.comparison import Comparison

_CSS = """
body { margin: 0 auto; max-width: 70rem; padding: 1rem; color: #222;
  font: 16px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
table { border-collapse: collapse; font-size: .9rem; margin: .5rem 0 1.5rem; }
td, th { text-align: right; padding: .25rem .8rem .25rem 0;
  border-bottom: 1px solid #e0e0e0; }
td:first-child, th:first-child { text-align: left; }
.verdict { font-size: 1.15rem; border-left: .3rem solid #0072B2; padding-left: .8rem; }
.best { font-weight: bold; }
svg { max-width: 100%; height: auto; }
"""


def to_html(found: Comparison) -> str:
    """Return the page.

    Parameters
    ----------
    found : Comparison
        What `optlab.experiments.comparing.compare` returned.
    """
    from optlab import plots

    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8>",
        '<meta name=viewport content="width=device-width">',
        f"<title>Comparison of optimizers</title><style>{_CSS}</style>",
        "<h1>Comparison of optimizers</h1>",
        f"<p class=verdict>{escape(found.verdict())}</p>",
        _ranking(found),
    ]
    if len(found.competitors) > 1:
        parts += ["<h2>Who wins</h2>", _svg(plots.plot_wins(found).figure)]
    parts += [
        "<h2>How soon</h2>"
        "<p>The target is 90 % of the way from the median start to the best median "
        "end, by the loss on the training rows.</p>",
        _svg(plots.plot_profiles(found).figure),
        "<h2>How much the rate matters</h2>",
        _svg(plots.plot_sensitivity(found)),
        "<h2>Where the runs ended</h2>",
        *(_problem(found, name) for name in found.problems),
    ]
    return "\n".join(parts) + "\n"


def _ranking(found: Comparison) -> str:
    best = found.ranking()[0][0]
    rows = []
    for name, rank in found.ranking():
        cells = [name, f"{rank:.2f}", ""]
        if name != best:
            win = found.win(best, name)
            cells[2] = f"{win.probability:.0%} ({win.low:.0%} to {win.high:.0%})"
            cells[2] += ", noise" if win.is_noise else ""
        rows.append(cells)
    return _table(["competitor", "mean rank", f"{best} wins"], rows, best)


def _problem(found: Comparison, problem: str) -> str:
    rows = []
    for name in found.competitors:
        tuned = found.found[problem, name]
        low, middle, high = found.quartiles(problem, name)
        lost = sum(not math.isfinite(end) for end in tuned.ends)
        rate = "" if tuned.rate is None else f"{tuned.rate:.3g}"
        figures = [_figure(value) for value in (middle, low, high)]
        rows.append([name, rate, *figures, str(lost or "")])
    best = min(found.competitors, key=lambda name: found.quartiles(problem, name)[1])
    by = found.by[problem]
    head = ["competitor", "rate", f"median {by}", "quartile", "quartile", "diverged"]
    return f"<h3>{escape(problem)}</h3>" + _table(head, rows, best)


def _figure(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "diverged"


def _table(head: list[str], rows: list[list[str]], best: str) -> str:
    lines = ["<tr>" + "".join(f"<th>{escape(cell)}" for cell in head)]
    for row in rows:
        mark = " class=best" if row[0] == best else ""
        cells = "".join(f"<td>{escape(cell)}" for cell in row)
        lines.append(f"<tr{mark}>{cells}")
    return "<table>" + "\n".join(lines) + "</table>"


def _svg(figure: Any) -> str:
    from optlab.plots.files import svg_text
    from optlab.plots.theme import style

    with style():
        return svg_text(figure)
