"""``optlab verify --torch --optax``: same name, other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from optlab.cli import output
from optlab.cli.app import FAILED
from optlab.cli.progress import ticking
from optlab.errors import InputError


def compare_frameworks(names: Sequence[str], only: Sequence[str], json: bool) -> int:
    """Compare with torch and optax; print the table or one document.

    Parameters
    ----------
    names : sequence of str
        "torch", "optax".
    only : sequence of str
        Names of our optimizers; all where empty.
    json : bool
        Whether to print one JSON document.

    Returns
    -------
    int
        1 where a difference is not traced to a line.
    """
    from optlab.validation.frameworks import FRAMEWORKS, PAIRS, compared
    from optlab.validation.frameworks.comparing import check_installed

    check_installed(names)
    pairs = [p for p in PAIRS if p.framework in names and (not only or p.ours in only)]
    if not pairs:
        raise InputError(f"{' and '.join(names)} have none of {', '.join(only)}.")
    tick = ticking(len(pairs), "comparisons")
    rows = []
    for row in compared(names, pairs):
        rows.append(row)
        tick(len(rows))
    versions = {name: version(FRAMEWORKS[name]) for name in names}
    passed = all(row.explained for row in rows)
    if json:
        found: list[dict[str, Any]] = [row.to_dict() for row in rows]
        output.print_json({"passed": passed, "versions": versions, "results": found})
        return 0 if passed else FAILED
    console = output.results()
    console.print(
        output.table(
            ["there", "here", "verdict", "evidence", "own defaults"],
            [
                (
                    f"{row.pair.framework} {row.pair.theirs}",
                    row.pair.ours,
                    row.verdict,
                    row.evidence,
                    f"{100 * row.apart:.2g} %",
                )
                for row in rows
            ],
            left=4,
        )
    )
    for row in rows:
        if row.verdict == "bug":
            text = f"{row.pair.framework} {row.pair.theirs}: {row.pair.bug}."
            console.print(text, markup=False, soft_wrap=True)
    words = ", ".join(f"{name} {number}" for name, number in versions.items())
    untraced = sum(not row.explained for row in rows)
    told = "every difference is traced" if passed else f"{untraced} not traced"
    console.print(f"{words}: {told}.", markup=False, soft_wrap=True)
    return 0 if passed else FAILED
