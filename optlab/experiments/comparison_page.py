"""A comparison of optimizers as one web page, its pictures in it."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from optlab.html_page import document, picture, row, table

if TYPE_CHECKING:
    from optlab.experiments.comparison import Comparison

_STYLE = """\
td { text-align: right; }
th { text-align: right; }
th:first-child { text-align: left; }
.verdict { font-size: 1.15rem; border-left: .3rem solid var(--link);
  padding-left: .8rem; }
.best { font-weight: bold; }
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
        "<h1>Comparison of optimizers</h1>",
        f"<p class=verdict>{escape(found.verdict())}</p>",
        _ranking(found),
    ]
    if len(found.competitors) > 1:
        wins = _picture(plots.plot_wins(found).figure, "How often each beats each")
        parts += ["<h2>Who wins</h2>", wins]
    parts += [
        "<h2>How soon</h2>"
        "<p>The target is 90 % of the way from the median start to the best median "
        f"end, by the loss on the training rows.{_first(found)}</p>",
        _picture(plots.plot_profiles(found).figure, "Shares of runs at the target"),
        "<h2>How much the rate matters</h2>",
        _picture(plots.plot_sensitivity(found), "Final loss over the learning rate"),
        "<h2>Where the runs ended</h2>",
        *(_problem(found, name) for name in found.problems),
    ]
    return document("Comparison of optimizers", parts, _STYLE)


def _first(found: Comparison) -> str:
    """Say it where the pictures leave competitors out."""
    from optlab.plots.comparison import MOST

    if len(found.competitors) <= MOST:
        return ""
    return f" The pictures show the first {MOST} by mean rank."


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
    medians = {name: found.quartiles(problem, name)[1] for name in found.competitors}
    ranked = sorted(medians, key=lambda name: medians[name])
    for name in ranked:
        tuned = found.found[problem, name]
        low, middle, high = found.quartiles(problem, name)
        lost = sum(not math.isfinite(end) for end in tuned.ends)
        rate = "" if tuned.rate is None else f"{tuned.rate:.3g}"
        figures = [_figure(value) for value in (middle, low, high)]
        rows.append([name, rate, *figures, str(lost or "")])
    by = found.by[problem]
    head = ["competitor", "rate", f"median {by}", "lower quartile", "upper", "diverged"]
    return f"<h3>{escape(problem)}</h3>" + _table(head, rows, ranked[0])


def _figure(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "diverged"


def _table(head: list[str], rows: list[list[str]], best: str) -> str:
    return table(head, (row(cells, kind="best" * (cells[0] == best)) for cells in rows))


def _picture(figure: Any, alt: str) -> str:
    from optlab.plots.theme import style

    with style():
        return picture(figure, alt)
