"""``optlab bench``: step speed on this machine, against the peers and the limit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optlab.cli import output
from optlab.errors import InputError
from optlab.files import write_text

if TYPE_CHECKING:
    from optlab.bench.compare import Change

FAILED, INTERRUPTED = 1, 130
OUT = Path("out") / "bench.json"


def bench(
    suites: Annotated[
        list[str] | None,
        typer.Argument(
            help="step, loss, dense, fit, layers, compile, schedule, threads, or all.",
            show_default="step",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Fewer cases, a second each.")
    ] = False,
    peers: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAMES",
            help="Only these: numpy, keras, torch, optax, sklearn, or one mode, such "
            "as torch-fused; none for none.  [default: all]",
        ),
    ] = None,
    sizes: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NUMBERS", help="Parameters of one tensor, such as 100,1e6."
        ),
    ] = None,
    optimizers: Annotated[
        list[str] | None,
        typer.Option(metavar="NAMES", help="Only these in the table of optimizers."),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(min=0.01, help="Time for each case.  [default: 4; quick: 1]"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help=f"Where the results go, in pytest-benchmark's JSON.  [default: {OUT}]",
        ),
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            "--from", metavar="FILE", help="Measure nothing: show these results."
        ),
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option(metavar="OLD", help="Show what became slower than in this file."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=1.0,
            help="What --compare takes for slower: a factor.  [default: 1.25]",
        ),
    ] = None,
    other_machine: Annotated[
        bool,
        typer.Option(
            "--other-machine", help="Let --compare read another machine's results."
        ),
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the results as .png or .svg."),
    ] = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the tables in Markdown.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Time optlab, its peers and the physical limit side by side.

    Nothing is timed before it has given the same result as ours. The ratio is a
    subject's time over optlab's; a star marks the fastest peer. --sizes and
    --optimizers belong to the suite step; --sizes leaves its other tables out. Ctrl-C
    keeps the cases that were finished. Exit status 1: a peer computes something else,
    or --compare found optlab slower; 130: interrupted.
    """
    from optlab.bench import compare as comparing
    from optlab.bench import machine, report
    from optlab.bench import results as stored

    if json and markdown:
        raise InputError("Give --json or --markdown, not both.")
    if compare is None and (other_machine or threshold is not None):
        raise InputError("--threshold and --other-machine belong to --compare.")
    bound = comparing.THRESHOLD if threshold is None else threshold
    picture = output.picture(plot)
    old = None if compare is None else stored.read(compare)
    if old is not None and results is None:
        # Before minutes of timing, not after.
        here = {"machine_info": machine.describe()}
        comparing.check_machine(old, here, other_machine)
    if results is not None:
        refuse_measuring(suites, peers, sizes, optimizers, seconds, quick, out)
        found = stored.read(results)
    else:
        found = _measure(suites, quick, peers, sizes, optimizers, seconds, out)
    if old is not None:
        comparing.check_machine(old, found, other_machine)
    if markdown:
        output.results().out(report.markdown(found), highlight=False)
    elif not json:
        _show(found)
    changes = None if old is None else comparing.compare(old, found, bound)
    slower = [c for c in changes or () if c.slower and c.new.ours]
    if json:
        output.print_json(found if changes is None else _with_changes(found, changes))
    elif changes is not None:
        _show_changes(changes, slower, bound)
    if picture is not None:
        _draw(found, picture)
    notes = found.get("optlab", {})
    if notes.get("interrupted"):
        return INTERRUPTED
    return FAILED if slower or _differing(notes) else 0


def refuse_measuring(
    suites: list[str] | None,
    peers: list[str] | None,
    sizes: list[str] | None,
    optimizers: list[str] | None,
    seconds: float | None,
    quick: bool,
    out: Path | None,
) -> None:
    """Refuse, beside ``--from``, what only a measurement can follow."""
    given = {
        "SUITES": suites,
        "--peers": peers,
        "--sizes": sizes,
        "--optimizers": optimizers,
        "--seconds": seconds,
        "--quick": quick,
        "--out": out,
    }
    wrong = [name for name, value in given.items() if value]
    if wrong:
        raise InputError(f"--from measures nothing, so leave out {', '.join(wrong)}.")


def parse_sizes(texts: list[str] | None) -> tuple[int, ...] | None:
    """Read sizes such as "100,1e6"; None where none were given.

    Raises
    ------
    InputError
        If one is no positive whole number.
    """
    if texts is None:
        return None
    found = []
    for word in _words(texts):
        try:
            number = float(word.replace("_", ""))
        except ValueError:
            number = 0.0
        if not (number >= 1 and number < 1e15 and number == int(number)):
            raise InputError(
                "--sizes takes positive whole numbers, such as 100,1e6. "
                f"Received: {word!r}"
            )
        found.append(int(number))
    if not found:
        raise InputError("--sizes needs at least one number.")
    return tuple(dict.fromkeys(found))


def _words(texts: list[str] | None) -> list[str]:
    return [word for text in texts or () for word in text.split(",") if word]


def _measure(
    suites: list[str] | None,
    quick: bool,
    peers: list[str] | None,
    sizes: list[str] | None,
    optimizers: list[str] | None,
    seconds: float | None,
    out: Path | None,
) -> dict[str, Any]:
    """Check every wish, time, and leave the results in a file."""
    from optlab import bench as engine
    from optlab.optimizers import registry

    chosen = engine.select(_words(peers) if peers is not None else None)
    numbers = parse_sizes(sizes)
    names = tuple(_words(optimizers)) or None
    for name in names or ():
        registry.lookup(name)
    named = suites or ["step"]
    if (numbers or names) and not {"step", "all"} & set(named):
        raise InputError(
            "--sizes and --optimizers belong to the suite 'step'. "
            f"Received: {', '.join(named)}"
        )
    if names and (numbers or quick):
        raise InputError(
            "--optimizers chooses from a table that --sizes and --quick leave out."
        )
    target = out or OUT
    output.make_folder(target.parent, "--out")
    if target.is_dir():
        raise InputError(f"--out: {str(target)!r} is a folder, not a file.")
    console = output.messages()
    with console.status("") as status:

        def write(document: Mapping[str, Any]) -> None:
            write_text(target, output.to_json(document))

        def watch(text: str) -> None:
            if console.is_terminal:
                status.update(text)

        found = engine.run(
            named,
            chosen,
            sizes=numbers,
            optimizers=names,
            quick=quick,
            budget=seconds,
            watch=watch,
            keep=write,
        )
    write(found)
    output.say(f"results: {target}")
    return found


def _show(found: Mapping[str, Any]) -> None:
    """Print the tables, and what is not in them."""
    from optlab.bench import report
    from optlab.bench.results import rows

    console = output.results()
    for (suite, group), lines in report.lines(rows(found)).items():
        cells = [report.cells(line) for line in lines]
        shown = [k for k in range(len(report.COLUMNS)) if any(c[k] for c in cells)]
        body, case = [], ""
        for cell in cells:
            first = cell[0] if cell[0] != case else ""
            case = cell[0]
            body.append([first, *(cell[k] for k in shown[1:])])
        heads = [report.COLUMNS[k] for k in shown]
        title = report.title(suite, group)
        console.print(output.table(heads, body, title=title, left=2))
        console.print()
    console.print(report.origin(found), markup=False)
    for text in report.notes(found):
        console.print(text, markup=False)


def _differing(notes: Mapping[str, Any]) -> bool:
    return any(one["kind"] == "differs" for one in notes.get("faults", ()))


def _show_changes(
    changes: list[Change], slower: list[Change], threshold: float
) -> None:
    """Print what changed by a tenth or more, the slowest first, and the verdict."""
    from optlab.bench.report import duration

    console = output.results()
    notable = [c for c in changes if not 1 / 1.1 < c.ratio < 1.1]
    body = [
        (
            f"{change.new.group}, {change.new.case}",
            change.new.subject,
            duration(change.old.median),
            duration(change.new.median),
            f"{change.ratio:.2f}",
            f"{change.least:.2f}",
            "slower" if change.slower else "",
        )
        for change in notable
    ]
    heads = ["case", "subject", "old", "new", "median", "minimum", ""]
    if body:
        title = "new time / old, where it moved by a tenth"
        console.print(output.table(heads, body, title=title, left=2))
    console.print(
        f"{len(slower)} of optlab's cases are slower by more than {threshold:g} times "
        f"in median and minimum; {sum(c.new.ours for c in changes)} of them compared, "
        f"and {sum(not c.new.ours for c in changes)} rows of others."
    )


def _with_changes(found: dict[str, Any], changes: list[Change]) -> dict[str, Any]:
    """Return the document with the comparison in it."""
    compared = [
        {
            "suite": change.new.suite,
            "group": change.new.group,
            "case": change.new.case,
            "subject": change.new.subject,
            "old": change.old.median,
            "new": change.new.median,
            "ratio": change.ratio,
            "minimum_ratio": change.least,
            "slower": change.slower,
        }
        for change in changes
    ]
    return {**found, "optlab": {**found.get("optlab", {}), "compared": compared}}


def _draw(found: Mapping[str, Any], path: Path) -> None:
    from optlab.bench import report
    from optlab.bench.results import rows
    from optlab.plots.bench import plot_bench

    timed = rows(found)
    caches = found["machine_info"].get("caches")
    figure = plot_bench(timed, report.summary(timed), caches)
    output.save_picture(figure, path)
