"""How others differ from an optimizer, from what was measured."""

from __future__ import annotations

import re
from pathlib import Path

from docs.sources.markdown import table
from optlab.validation.behaviours import Entry, catalogue

PAGE = Path(__file__).resolve().parents[1] / "same-name-other-numbers.md"
_HEADS = {
    5: ("there", "arguments", "verdict", "evidence"),
    4: ("there", "apart after 100 steps", "defaults that differ"),
}
_ABOUT = {
    5: "With the same arguments on both sides:",
    4: "With everybody's own defaults:",
}


def apart(name: str) -> str:
    """Return the rows of the comparison with torch and optax that name an optimizer."""
    lines = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("| ")
    ]
    parts = []
    for size, head in _HEADS.items():
        rows = [
            [there, *(cell.replace(r"\|", "|") for cell in rest)]
            for there, here, *rest in lines
            if here == name and len(rest) + 2 == size
        ]
        if rows:
            parts.append(f"{_ABOUT[size]}\n\n{table(head, rows)}\n")
    if parts:
        parts.append(
            "More: [same name, other numbers](../same-name-other-numbers.md).\n"
        )
    return "\n".join(parts)


def behaviours_of(label: str) -> list[Entry]:
    """Return the behaviours of tf.keras that speak of an optimizer."""
    word = re.compile(rf"\b{re.escape(label)}(?:'s)?\b")
    return [entry for entry in catalogue().values() if word.search(entry.says)]
