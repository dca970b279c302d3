"""``optlab diagnose``: why a set-up does not learn, proved by rerunning it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from optlab import experiments, interrupts
from optlab.cli import output
from optlab.cli.app import FAILED
from optlab.cli.compiling import say_when_compiling
from optlab.cli.output import to_json
from optlab.cli.settings import RuleOption, SettingsOption, changed, import_rules
from optlab.diagnosis import CauseFound, Diagnosis, text, write_fix
from optlab.diagnosis import diagnose as _diagnose
from optlab.diagnosis.file_diff import REPAIRED, file_diff
from optlab.diagnosis.fixes import check_free
from optlab.diagnosis.searching import BUDGETS
from optlab.errors import InputError
from optlab.files import write_text

_COLOURS = {"proved": "bold red", "suspected": "yellow", "ruled out": "dim"}
ENGINES = ("auto", "optlab", "keras")
#: So many of the causes that were ruled out are listed.
_MOST_RULED_OUT = 8


def diagnose(
    file: Annotated[
        str,
        typer.Argument(
            help="An experiment file or its name, a Keras script (.py), or a saved "
            "model (.keras, with --rows)."
        ),
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARGS]", help="Arguments of the script."),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="After so long, answer what is known."),
    ] = None,
    jobs: Annotated[
        int, typer.Option(min=1, help="Processes to train in, where that pays.")
    ] = 2,
    engine: Annotated[
        str, typer.Option(help="What trains: auto, optlab or keras.")
    ] = "auto",
    fit: Annotated[
        int, typer.Option(min=1, help="Which call of fit in a script is meant.")
    ] = 1,
    timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", help="How long a script may take to its fit."),
    ] = 120.0,
    rows: Annotated[
        Path | None,
        typer.Option(metavar="FILE.npz", help="Rows of a saved model: x, y."),
    ] = None,
    fix: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT", help="Write the cured experiment (.toml) or program (.py)."
        ),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="OUT.html", help="Write the report as a web page."),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw before and after, .png or .svg."),
    ] = None,
    rules: RuleOption = None,
    settings: SettingsOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Say why a set-up does not learn, and prove it: change one thing and run again.

    A script runs in a process of its own until it calls fit, and is stopped there.

    The exit status is 0 where it is healthy, 1 where it is not.
    """
    import_rules(rules)
    script, saved = file.endswith(".py"), file.endswith(".keras")
    suffix = ".py" if script or saved else ".toml"
    if fix is not None and fix.suffix != suffix:
        raise InputError(f"--fix must name a {suffix} file. Received: {fix}")
    if html is not None and html.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--html must name an .html file. Received: {html}")
    if engine not in ENGINES:
        raise InputError(f"--engine must be one of {', '.join(ENGINES)}: {engine}")
    if budget is not None and not budget > 0:
        raise InputError(f"`budget` must be above 0. Received: budget={budget:g}")
    if fix is not None:
        check_free(fix, file)
    picture = output.picture(plot)
    for path, option in ((fix, "--fix"), (html, "--html")):
        if path is not None:
            output.check_folder(path.parent, option)
    if settings and (script or saved):
        raise InputError("--set changes an experiment file, not a program.")
    if arguments and not script:
        raise InputError(f"Only a script takes arguments. Received: {arguments[0]}")
    if saved != (rows is not None):
        raise InputError("A saved model (.keras) and --rows FILE.npz go together.")
    shown = {
        "budget": budget,
        "jobs": jobs,
        "engine": engine,
        "fix": fix and str(fix),
        "html": html and str(html),
        "plot": picture and str(picture),
        "json": json,
    }
    if script:
        options = {"fit": fit, "timeout": timeout, "shown": shown}
        return _run_script(file, arguments or [], options)
    if saved and rows is not None:
        from optlab.validation.programs.saved import captured_from

        return diagnose_captured(captured_from(file, rows), "", shown)
    experiment = changed(experiments.find(file), settings)
    say_when_compiling()
    with _live(experiment.name, budget or BUDGETS["optlab"]) as progress:
        answer = _diagnose(
            experiment,
            budget=budget,
            jobs=jobs,
            engine=engine,  # type: ignore[arg-type]
            progress=progress,
        )
    interrupts.check()  # no verdict from what was cut short
    return _present(answer, shown)


def _run_script(script: str, arguments: list[str], options: dict[str, Any]) -> int:
    """Run a script in a process of its own, which diagnoses what it captures."""
    if not Path(script).is_file():
        raise InputError(f"There is no script {script}.")
    command = [
        sys.executable,
        *("-m", "optlab.cli.diagnose_script"),
        to_json(options),
        *(script, *arguments),
    ]
    process = subprocess.Popen(command)
    interrupts.closers.append(process.kill)
    try:
        status = process.wait()
    finally:
        interrupts.closers.remove(process.kill)
        if process.poll() is None:
            process.kill()
            process.wait()
    interrupts.check()
    if status < 0:
        raise InputError(
            f"The process of {Path(script).name} was ended by {_signal(-status)}, "
            "without an answer. Its memory may not have sufficed."
        )
    return status


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def diagnose_captured(
    found: Any,
    script: str,
    shown: dict[str, Any],
    speak: Callable[[], None] = lambda: None,
) -> int:
    """Diagnose what a script was about to train, in its process; print the answer.

    `speak` is called before anything is printed.
    """
    from optlab.validation.programs.diagnosing import diagnose_call, raised

    if hasattr(found, "kind"):
        speak()
        return _present(raised(found), shown)
    seconds = shown["budget"] or BUDGETS["keras"]
    with _live(Path(script).name, seconds) as progress:
        answer = diagnose_call(
            found,
            shown["budget"],
            1,  # a worker process would run the script again, as its main module
            shown["engine"],
            progress,
            script,
        )
    speak()
    return _present(answer, shown)


def _present(answer: Diagnosis, shown: dict[str, Any]) -> int:
    """Write the files that were asked for, and print the answer."""
    fix, html, picture = (
        None if shown[key] is None else Path(shown[key])
        for key in ("fix", "html", "plot")
    )
    written = _write(answer, fix, html, picture)
    if shown["json"]:
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
    if answer.lines:
        console.print("\nChange in your program:", style="bold")
        for change in answer.lines:
            console.print(f"  {change}", markup=False, soft_wrap=True)
    diff = "" if answer.program else file_diff(answer, _repaired(fix))
    if diff:
        console.print("\nThe fix:", style="bold")
        for line in diff.splitlines():
            style = {"+": "green", "-": "red"}.get(line[:1], "")
            console.print(line, style=style, markup=False, soft_wrap=True)
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
                Text(found.status, style=style),
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
