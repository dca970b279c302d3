"""The casebook as Markdown: verdicts in one table, then each case with its figures."""

from __future__ import annotations

from collections.abc import Sequence

from optlab.cases.articles import ARTICLES
from optlab.cases.case_result import CaseResult
from optlab.cases.tables import columns_of, rows_of


def write_markdown(outcomes: Sequence[CaseResult]) -> str:
    """Return the text of the casebook.

    Parameters
    ----------
    outcomes : sequence of CaseResult
        In the order in which they appear.
    """
    parts = [
        "# The casebook",
        "",
        "Five widely read articles explain why a TensorFlow loss does not decrease, "
        "each with three code examples. Here is every example, and much of what they "
        "say in prose, as an experiment: the claim in our words, what was measured "
        "over several seeds, and whether it is so.",
        "",
        f"Made by `optlab cases --all --markdown docs/casebook.md`: {stamp(outcomes)}.",
        "",
        *(f"- {number}: {subject}" for number, subject in ARTICLES.items()),
        "",
        "| case | claim | verdict |",
        "|---|---|---|",
    ]
    parts += [
        f"| [{o.id}](#{o.id}) | {_escaped(o.claim)} | **{o.verdict}** |"
        for o in outcomes
    ]
    for outcome in outcomes:
        parts += _section(outcome)
    return "\n".join(parts) + "\n"


def stamp(outcomes: Sequence[CaseResult]) -> str:
    """Return date and versions in a line."""
    dates = sorted({outcome.date for outcome in outcomes if outcome.date})
    found: dict[str, str] = {}
    for outcome in outcomes:
        found |= outcome.versions
    names = {"tensorflow": "TensorFlow", "numpy": "NumPy", "optlab": "optlab"}
    names["scikit-learn"] = "scikit-learn"
    listed = ", ".join(
        f"{names.get(name, name.capitalize())} {version}"
        for name, version in found.items()
    )
    when = dates[-1] if dates else ""
    return f"{when}, {listed}"


def _section(outcome: CaseResult) -> list[str]:
    columns, rows = columns_of(outcome), rows_of(outcome)
    lines = [
        "",
        f"## {outcome.id}",
        "",
        f"**{outcome.title}**{_named(outcome.article)}.",
        f"*Claim:* {outcome.claim}",
        "",
        f"**The claim {outcome.verdict}.** {outcome.condition}",
        "",
        f"| {' | '.join(columns)} |",
        f"|---|{'---:|' * (len(columns) - 1)}",
        *(f"| {' | '.join(_escaped(text) for text in row)} |" for row in rows),
        "",
        f"Median (range) of {len(outcome.figures['seeds'])} seeds.",
        "",
        outcome.why,
        "",
    ]
    if outcome.as_written:
        lines += [outcome.as_written, ""]
    return [*lines, outcome.agreement["text"]]


def _named(articles: str) -> str:
    """Return the articles in brackets, where any make the claim."""
    return f" (article {articles})" if articles else ""


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
