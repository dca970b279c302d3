"""``optlab behaviours``: the catalogue of what TensorFlow does, measured again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.syntax import Syntax

from optlab.cli import output
from optlab.cli.app import FAILED
from optlab.errors import unknown_name

if TYPE_CHECKING:
    from optlab.validation.behaviours import Entry, Observation


def behaviours(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Entries to show in full; default all.")
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="Only the entries of one subject.")
    ] = None,
    list_only: Annotated[
        bool, typer.Option("--list", help="List the entries without measuring.")
    ] = False,
    peers: Annotated[
        bool, typer.Option(help="Measure torch and optax too, where installed.")
    ] = True,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Measure on the installed TensorFlow what the catalogue says of it.

    Each entry is a small program with the figures it gave when it was written: it
    "holds" where they come out again, else it has "changed" (exit status 1).
    """
    from optlab.validation.behaviours import catalogue, find

    entries = list(catalogue().values())
    if subject is not None:
        subjects = {entry.subject for entry in entries}
        if subject not in subjects:
            raise unknown_name("subject", subject, subjects)
        entries = [entry for entry in entries if entry.subject == subject]
    if ids:
        entries = [find(name) for name in ids]
    if list_only:
        _list(entries, json)
        return 0
    return _measure(entries, bool(ids), peers, json)


def _list(entries: list[Entry], json: bool) -> None:
    if json:
        output.print_json([_describe(entry) for entry in entries])
        return
    rows = [(entry.id, entry.subject, entry.says) for entry in entries]
    output.results().print(output.table(["id", "subject", "statement"], rows, left=3))


def _describe(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "subject": entry.subject,
        "says": entry.says,
        "means": entry.means,
        "asked": list(entry.asked),
        "program": entry.source(),
    }


def _measure(entries: list[Entry], full: bool, peers: bool, json: bool) -> int:
    from optlab.validation.behaviours import measure
    from optlab.validation.runtime import load

    versions = load().describe()
    console = output.results()
    found: list[tuple[Entry, list[Observation]]] = []
    for entry in entries:
        outcomes = measure(entry, peers)
        found.append((entry, outcomes))
        if json:
            continue
        if full:
            _show(console, entry)
        else:
            console.print(
                f"{outcomes[0].status:8}{entry.id}: {entry.says}", markup=False
            )
        for outcome in outcomes:
            if full or outcome.status in ("changed", "failed"):
                console.print(_line(outcome), markup=False)
    off = [entry.id for entry, outcomes in found if outcomes[0].status != "holds"]
    if json:
        output.print_json(
            {
                "versions": versions,
                "changed": off,
                "behaviours": [
                    {
                        **_describe(entry),
                        "status": outcomes[0].status,
                        "outcomes": [outcome.as_dict() for outcome in outcomes],
                    }
                    for entry, outcomes in found
                ],
            }
        )
    else:
        console.print(_verdict(len(found), off, versions), markup=False)
    return FAILED if off else 0


def _show(console: Any, entry: Entry) -> None:
    console.print(f"{entry.id} ({entry.subject})", style="bold")
    console.print(f"{entry.says}\n\n{entry.means}\n", markup=False)
    for link in entry.asked:
        console.print(f"asked in {link}", markup=False)
    console.print(Syntax(entry.source(), "python", background_color="default"))


def _line(outcome: Observation) -> str:
    expected = ", ".join(f"{name}={value}" for name, value in outcome.expected.items())
    measured = outcome.error or ", ".join(
        f"{name}={value}" for name, value in outcome.measured.items()
    )
    if outcome.status == "missing":
        return f"  {outcome.framework}: not installed; expected {expected}"
    return (
        f"  {outcome.framework}: {outcome.status}; measured {measured}; "
        f"expected {expected}"
    )


def _verdict(count: int, off: list[str], versions: dict[str, str]) -> str:
    where = f"TensorFlow {versions['tensorflow']}, Keras {versions['keras']}"
    if off:
        return f"{len(off)} of {count} changed on {where}: {', '.join(off)}"
    return f"All {count} hold on {where}." if count > 1 else f"It holds on {where}."
