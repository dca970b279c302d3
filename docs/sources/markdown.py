"""Pieces of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; a bar within a cell is escaped."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |"
        for line in lines
    )


def restructured(text: str) -> str:
    """Return reStructuredText, as docstrings are, for a page of Markdown."""
    return f"```{{eval-rst}}\n{text.strip()}\n```"


def rubrics(docstring: str) -> str:
    """Return a docstring whose sections are rubrics, so that it can stand in a page."""
    return re.sub(r"^(\w[\w ]*)\n-{3,}$", r".. rubric:: \1\n", docstring, flags=re.M)
