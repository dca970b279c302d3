"""The casebook as one HTML page that needs nothing else: styles and pictures inside."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from optlab.cases.articles import ARTICLES
from optlab.cases.case_result import CaseResult
from optlab.cases.markdown import stamp
from optlab.cases.page_style import STYLE
from optlab.cases.store import Store
from optlab.cases.tables import columns_of, rows_of
from optlab.html_page import document, row, table


def write_page(outcomes: Sequence[CaseResult], store: Store) -> str:
    """Return the page.

    Parameters
    ----------
    outcomes : sequence of CaseResult
        In the order in which they appear.
    store : Store
        Holds their pictures.
    """
    examples = [o for o in outcomes if not o.id.startswith("prose-")]
    prose = [o for o in outcomes if o.id.startswith("prose-")]
    body = [_intro(outcomes)]
    for number, subject in ARTICLES.items():
        group = [o for o in examples if o.article == number]
        if group:
            body.append(f'<h2 class="part">{number} · {escape(subject)}</h2>')
            body += [_case(outcome, store) for outcome in group]
    if prose:
        body.append('<h2 class="part">Claims made in prose</h2>')
        body += [_case(outcome, store) for outcome in prose]
    body.append(
        f"<footer>Made by <code>optlab cases --html</code>: "
        f"{escape(stamp(outcomes))}.</footer>"
    )
    title = "Why is my loss not decreasing? A casebook"
    return document(title, ["<main>", *body, "</main>"], STYLE)


def _intro(outcomes: Sequence[CaseResult]) -> str:
    counts = {
        word: sum(outcome.verdict == word for outcome in outcomes)
        for word in ("holds", "depends", "fails")
    }
    tally = "".join(
        f'<li><span class="verdict {word}">{word}</span> {count}</li>'
        for word, count in counts.items()
    )
    rows = "".join(
        f'<li><a href="#{o.id}"><span class="verdict {o.verdict}">{o.verdict}</span>'
        f'<span class="id">{_short(o.id)}</span>'
        f"<span>{escape(o.title)}</span></a></li>"
        for o in outcomes
    )
    return (
        "<header><h1>Why is my loss not decreasing?</h1>"
        "<p>Five widely read articles answer that question for TensorFlow, with three "
        "code examples each and many claims besides. Here each claim is an experiment: "
        "run with several seeds, judged by a rule that was written down beforehand, "
        "and repeated in tf.keras.</p>"
        f'<ul class="tally">{tally}</ul></header>'
        f'<nav aria-label="Cases"><ol class="index">{rows}</ol></nav>'
        '<p class="note">In the pictures a line is the median of the seeds and the '
        "shade their range; a dot is one run and a black bar the median.</p>"
    )


def _case(outcome: CaseResult, store: Store) -> str:
    images = "".join(
        f'<img loading="lazy" alt="{escape(_alt(outcome, k))}" '
        f'src="data:image/svg+xml;base64,'
        f'{base64.b64encode(path.read_bytes()).decode("ascii")}">'
        for k, path in enumerate(store.pictures(outcome.id), 1)
    )
    figures = table(columns_of(outcome), map(row, rows_of(outcome)))
    compared = "".join(f"<li>{escape(text)}</li>" for text in outcome.comparisons)
    written = f"<p>{_code(outcome.as_written)}</p>" if outcome.as_written else ""
    runs = len(outcome.figures["seeds"])
    return (
        f'<article id="{outcome.id}"><h3><span class="id">{outcome.id}</span> '
        f"{escape(outcome.title)}</h3>"
        f'<p class="claim">{escape(outcome.claim)}</p>'
        f'<p class="answer"><span class="verdict {outcome.verdict}">{outcome.verdict}'
        f"</span> {escape(outcome.condition)}</p>"
        f'<div class="pictures">{images}</div>'
        f"<p>{escape(outcome.why)}</p>{written}"
        f"<details><summary>Figures: medians and ranges of {runs} seeds</summary>"
        f"{figures}<ul>{compared}</ul></details>"
        f'<p class="twin {outcome.agreement["status"].replace(" ", "-")}">'
        f"{escape(outcome.agreement['text'])}</p></article>"
    )


def _alt(outcome: CaseResult, number: int) -> str:
    return f"{outcome.title}, picture {number}: {outcome.condition}"


def _short(id: str) -> str:
    return "" if id.startswith("prose-") else id


def _code(text: str) -> str:
    """Escape a sentence and set what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(
        f"<code>{part}</code>" if k % 2 else part for k, part in enumerate(parts)
    )
