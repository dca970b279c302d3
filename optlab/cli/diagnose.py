"""``optlab diagnose``: why a set-up does not learn, proved by rerunning it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from optlab import experiments, interrupts
from optlab.cli import output
from optlab.cli.app import FAILED
from optlab.cli.compiling import say_when_compiling
from optlab.diagnosis import CauseFound, Diagnosis, text, write_fix
from optlab.diagnosis import diagnose as _diagnose
from optlab.diagnosis.file_diff import REPAIRED, file_diff
from optlab.errors import InputError
from optlab.files import write_text

_COLOURS = {"proved": "bold red", "suspected": "yellow", "ruled out": "dim"}
#: So many of the causes that were ruled out are listed.
_MOST_RULED_OUT = 8


def diagnose(
    file: Annotated[
        str,
        typer.Argument(help="An experiment file, or the name of a shipped experiment."),
    ],
    budget: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="After so long, answer what is known."),
    ] = 60.0,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes to train in, where that pays.")
    ] = 2,
    fix: Annotated[
        Path | None,
        typer.Option(metavar="OUT.toml", help="Write the cured experiment."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="OUT.html", help="Write the report as a web page."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw before and after, .png or .svg."),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Say why a set-up does not learn, and prove it: change one thing and run again.

    The exit status is 0 where it is healthy, 1 where a fault was found.
    """
    if fix is not None and fix.suffix != ".toml":
        raise InputError(f"--fix must name a .toml file. Received: {fix}")
    if html is not None and html.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--html must name an .html file. Received: {html}")
    picture = output.picture(plot)
    for path, option in ((fix, "--fix"), (html, "--html")):
        if path is not None:
            output.check_folder(path.parent, option)
    experiment = experiments.find(file)
    say_when_compiling()
    with _live(experiment.name, budget) as progress:
        answer = _diagnose(experiment, budget=budget, jobs=jobs, progress=progress)
    interrupts.check()  # no verdict from what was cut short
    written = _write(answer, fix, html, picture)
    if json:
        output.print_json({**answer.to_dict(), "files": written})
    else:
        _show(answer, fix)
        for path in written:
            output.results().print(f"written: {path}", markup=False, soft_wrap=True)
    return 0 if answer.healthy else FAILED


@contextmanager
def _live(name: str, budget: float) -> Iterator[Callable[[int], None] | None]:
    """Show runs made and time left, where standard error is a terminal."""
    console = output.messages()
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[said]}"),
    )
    began = time.monotonic()
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task(name, total=budget, said="examining")

        def hook(runs: int) -> None:
            gone = time.monotonic() - began
            left = max(0.0, budget - gone)
            said = f"{runs} run{'s' * (runs != 1)}, at most {left:.0f} s left"
            shown.update(task, completed=min(gone, budget), said=said)

        yield hook


def _write(
    answer: Diagnosis, fix: Path | None, html: Path | None, picture: Path | None
) -> list[Path]:
    """Write the files that were asked for; say why one could not be."""
    written = []
    if fix is not None:
        try:
            output.make_folder(fix.parent, "--fix")
            written += write_fix(answer, fix)
        except InputError as error:
            output.say(str(error))
    if html is not None:
        from optlab.diagnosis.html import to_html

        output.make_folder(html.parent, "--html")
        write_text(html, to_html(answer, _repaired(fix)))
        written.append(html)
    if picture is not None:
        from optlab import plots

        drawn = plots.plot_diagnosis(answer)
        written.append(output.save_picture(drawn, picture))
    return written


def _repaired(fix: Path | None) -> str:
    """Return what the file of repaired rows is called in the diff."""
    return REPAIRED if fix is None else fix.with_suffix(".npz").name


def _show(answer: Diagnosis, fix: Path | None) -> None:
    """Print the report."""
    console = output.results()
    colour = "bold green" if answer.healthy else "bold red"
    console.print(text.verdict(answer), style=colour, markup=False)
    console.print()
    console.print(text.story(answer), markup=False, width=min(console.width, 88))
    if answer.causes or answer.ruled_out:
        console.print()
        _show_table(answer, console)
    for found in answer.causes[:1]:
        _show_evidence(found, console)
    diff = file_diff(answer, _repaired(fix))
    if diff:
        console.print("\nThe fix:", style="bold")
        for line in diff.splitlines():
            style = {"+": "green", "-": "red"}.get(line[:1], "")
            console.print(line, style=style, markup=False, soft_wrap=True)
    proved = [found for found in answer.causes if found.status == "proved"]
    named = proved[:1] or answer.causes[:1]
    named += [c for c in proved if c.cause in proved[0].evidence.get("with", ())]
    if named:
        console.print("\nIn a tf.keras program:", style="bold")
        for found in named:
            console.print(f"    {found.entry.keras}", markup=False, soft_wrap=True)
    if answer.healthy:
        console.print("\nWhat was checked:", style="bold")
        for line in text.checked_lines(answer):
            console.print(f"  {line}", markup=False)
    console.print()
    for note in answer.notes:
        console.print(f"Note: {note}", markup=False, soft_wrap=True)
    runs = f"{answer.runs} training{'s' * (answer.runs != 1)}"
    console.print(f"{runs} in {answer.seconds:.1f} s", markup=False)


def _show_table(answer: Diagnosis, console: Console) -> None:
    """Print every cause with its status and the numbers of its trial."""
    shown = [*answer.causes, *answer.ruled_out[:_MOST_RULED_OUT]]
    rows = []
    for found in shown:
        style = _COLOURS[found.status]
        before, _, rest = text.proof(found).partition(" → ")
        after, _, seeds = rest.partition(" over ")
        rows.append(
            (
                found.cause,
                f"[{style}]{found.status}[/]",
                before or "-",
                after or "-",
                text.effect(found) or "-",
                seeds.partition(" ")[0] or "-",
            )
        )
    columns = ["cause", "status", "before", "after", "effect", "seeds"]
    console.print(output.table(columns, rows, left=2))
    more = len(answer.ruled_out) - _MOST_RULED_OUT
    if more > 0:
        console.print(f"and {more} more ruled out", style="dim")


def _show_evidence(found: CauseFound, console: Console) -> None:
    """Print what was measured for the first cause."""
    seen = text.observations(found)
    if seen:
        line = f"\nSeen here ({found.cause}): {seen}"
        console.print(line, markup=False, soft_wrap=True)
