"""``optlab verify --torch --optax --library --class``: same name, other numbers."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from optlab.cli import output
from optlab.cli.app import FAILED
from optlab.cli.progress import ticking
from optlab.errors import InputError


def compare_frameworks(names: Sequence[str], only: Sequence[str], json: bool) -> int:
    """Compare with others; print the table or one document.

    Parameters
    ----------
    names : sequence of str
        Of frameworks and libraries.
    only : sequence of str
        Names of our optimizers; all where empty.
    json : bool
        Whether to print one JSON document.

    Returns
    -------
    int
        1 where a difference is not traced to a line.
    """
    from optlab.validation.frameworks import PAIRS, compared
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
    versions = {name: version(name) for name in names}
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


def identify_class(path: str, json: bool) -> int:
    """Say which of our rules a torch or optax optimizer is.

    Parameters
    ----------
    path : str
        "module:name" of it.
    json : bool
        Whether to print one JSON document.

    Returns
    -------
    int
        1 where it is none of them.
    """
    from optlab.validation.frameworks.identifying import identify

    found = identify(path)
    passed = found.verdict != "another formula"
    if json:
        document = {**vars(found), "evidence": found.evidence}
        output.print_json({"passed": passed, **document})
        return 0 if passed else FAILED
    given = ", ".join(f"{k}={v}" for k, v in found.theirs.items())
    lines = [
        f"{found.path} ({found.framework}), made with {given}",
        f"{'is' if passed else 'is nearest to'} {found.nearest}",
        f"{found.verdict}: {found.evidence}",
    ]
    if found.equal:
        lines.append(f"as near with these arguments: {'; '.join(found.equal)}")
    for ours, theirs in found.slots.items():
        lines.append(f"state {ours}: {theirs or 'nothing there holds the same'}")
    if found.unknown:
        lines.append(f"nothing in that rule is called {', '.join(found.unknown)}")
    for line in lines:
        output.results().print(line, markup=False, soft_wrap=True)
    return 0 if passed else FAILED
