"""What notebooks show of results: small tables in HTML, nothing imported for them."""

from __future__ import annotations

import html
import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from optlab.html_page import plain_table, row

#: Rows of a table; what is beyond is counted.
_MOST_ROWS = 20


def shown(value: Any) -> str:
    """Return a cell's text: six significant digits of a number."""
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def escaped(value: Any) -> str:
    """Return a cell's text without markup."""
    return html.escape(shown(value))


def heading(text: str, note: str = "") -> str:
    """Return a title, and what is said beside it."""
    said = f" <span>{escaped(note)}</span>" if note else ""
    return f"<p><strong>{escaped(text)}</strong>{said}</p>"


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a table; the first cell of a row names it."""
    every = list(rows)
    laid = plain_table(columns, (row([*map(shown, e)]) for e in every[:_MOST_ROWS]))
    more = len(every) - _MOST_ROWS
    below = f"<p>and {more:,} more rows</p>" if more > 0 else ""
    return laid + below


def arguments_html(name: str, values: Mapping[str, Any], note: str = "") -> str:
    """Return a name with a table of its arguments."""
    rows = [(key, repr(value)) for key, value in values.items() if value is not None]
    return heading(name, note) + table(("argument", "value"), rows)


def text_html(text: str) -> str:
    """Return text whose columns are to stay in line."""
    return f"<pre>{html.escape(text)}</pre>"


def run_html(found: Any) -> str:
    """Return a run in a few figures."""
    told = found.summary()
    counted = "best_step" if "best_step" in told["loss"] else "best_epoch"
    columns = ("figure", "first", "last", "best", counted.replace("_", " "))
    rows = [
        (name, each["first"], each["last"], each["best"], each[counted])
        for name, each in {"loss": told["loss"], **told["metrics"]}.items()
    ]
    note = f"{told['epochs']} epochs, " if told["epochs"] else ""
    note += f"{told['steps']:,} steps in {told['seconds']:.3g} s"
    said = told.get("divergence", {}).get("message") or told.get("did_not_learn") or ""
    below = f"<p>{escaped(said)}</p>" if said else ""
    return heading(f"Run: {told['status']}", note) + table(columns, rows) + below


def explanation_html(found: Any) -> str:
    """Return the arithmetic of a few steps."""
    lines = text_html("\n".join(found.formula)) if found.formula else ""
    head = heading(found.optimizer, found.summary)
    return head + lines + table(found.columns, found.formatted())


def diagnosis_html(found: Any) -> str:
    """Return verdict, scores and causes."""
    rows = [(each.cause, each.status, each.evidence) for each in found.causes]
    figures = {
        "score": found.score_before,
        "cured": found.score_after,
        "possible": found.possible,
    }
    note = ", ".join(f"{k} {v:.4g}" for k, v in figures.items() if v is not None)
    head = heading(f"Diagnosis: {found.verdict.replace('_', ' ')}", note)
    return head + (table(("cause", "status", "evidence"), rows) if rows else "")


def sweep_html(found: Any) -> str:
    """Return the settings of a sweep, the best first."""
    paths = list(found.grid)
    rows = [
        (
            ", ".join(f"{path}={row.settings[path]!r}" for path in paths),
            "diverged" if row.value is None else row.value,
            row.low,
            row.high,
        )
        for row in found.ranked
    ]
    note = f"{len(found.rows)} settings by {found.by}"
    note += ", interrupted" if found.interrupted else ""
    return heading("Sweep", note) + table(("setting", found.by, "low", "high"), rows)


def parity_html(found: Any) -> str:
    """Return a row of the comparison with tf.keras."""
    about = ", ".join(part for part in (found.dtype, found.mode, found.regime) if part)
    state = "passed" if found.passed else "failed"
    said = found.refused or found.error or found.note
    below = f"<p>{escaped(said)}</p>" if said else ""
    return heading(f"{found.group}: {found.label}", f"{about}: {state}") + below


def drawn(
    name: str, found: Any, title: str | None = None, module: str = "optlab.plots"
) -> Any:
    """Draw a result by the function of a module that has this name.

    The plots know the results, so the results find them only when they are asked.
    """
    return getattr(importlib.import_module(module), name)(found, title=title)
