"""``optlab sweep``: an experiment over a grid of settings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optlab import experiments
from optlab.cli import output
from optlab.cli.app import BAD_INPUT, FAILED, INTERRUPTED
from optlab.cli.compiling import say_when_compiling
from optlab.cli.grid import parse_grid
from optlab.cli.progress import counting
from optlab.cli.run import changed
from optlab.cli.settings import RuleOption, import_rules
from optlab.errors import InputError
from optlab.experiments.sweep_store import SweepStore

if TYPE_CHECKING:
    from optlab.experiments.sweeping import SettingResult, Sweep

#: How a run ends that has learned something.
_LEARNED = ("finished", "stopped_early")
#: Metrics that find room in the table.
_MOST_METRICS = 3


def sweep(
    file: Annotated[
        str,
        typer.Argument(help="An experiment file, or the name of a shipped experiment."),
    ],
    over: Annotated[
        list[str],
        typer.Option(
            metavar="TABLE.KEY=VALUES",
            help="Values a,b,c or start:stop:log:n or start:stop:lin:n; repeatable.",
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="TABLE.KEY=VALUE",
            help="Change a setting of all runs; repeatable.",
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Train so many epochs instead.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Make so many steps instead.")
    ] = None,
    seeds: Annotated[
        int, typer.Option(min=1, help="Runs of each combination, a seed each.")
    ] = 1,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="FIGURE",
            help="Compare by this figure.  [default: val_loss, or loss]",
        ),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(min=1, help="Worker processes.  [default: cores, where it pays]"),
    ] = None,
    engine: Annotated[
        str,
        typer.Option(
            metavar="auto|lockstep|single",
            help="Whether small dense models are trained many at a time.",
        ),
    ] = "auto",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.sqlite", help="Keep each run here when it is done."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="With --out: run what is missing in it.")
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the outcome as .png or .svg."),
    ] = None,
    rules: RuleOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Run an experiment with every combination of some settings.

    The table shows medians over the seeds at the end of the runs. The exit status is 1
    where no run at all came to its end and learned.
    """
    import_rules(rules)
    grid = parse_grid(over)
    experiment = changed(experiments.find(file), settings, epochs, steps)
    picture = output.picture(plot)
    if resume and out is None:
        raise InputError("--resume needs --out, the file to go on with.")
    store = None
    if out is not None:
        store = SweepStore(out, experiment, resume)
    say_when_compiling()
    total = seeds
    for values in grid.values():
        total *= len(values)
    with counting(f"{experiment.name}: runs", total) as progress:
        found = experiments.sweep(
            experiment,
            grid,
            seeds=seeds,
            by=by,
            jobs=jobs,
            engine=engine,
            store=store,
            progress=progress,
        )
    if store is not None:
        store.close()
    points = [point for row in found.rows for point in row.points]
    refused = [point for point in points if point.status == "refused"]
    if refused and len(refused) == len(points):
        raise InputError(refused[0].message)
    if json:
        output.print_json({"name": experiment.name, **found.to_dict()})
    else:
        _show(found, len(points))
    for reason, count in found.one_by_one.items():
        output.say(f"{output.counted(count, 'run')} made alone: {reason}")
    for point in refused:
        words = " ".join(f"{path}={value}" for path, value in point.settings.items())
        output.say(f"refused: {words}: {point.message}")
    if found.interrupted:
        return INTERRUPTED
    if picture is not None and points:
        from optlab import plots

        output.save_picture(plots.plot_sweep(found), picture)
    if refused:
        return BAD_INPUT
    if any(point.status in _LEARNED for point in points):
        return 0
    if experiment.data is not None:
        output.say(f"No run learned; optlab diagnose {file} says why.")
    return FAILED


def _show(found: Sweep, count: int) -> None:
    figures = _figures(found)
    columns = [*found.grid, *figures, "range", "runs"]
    best = found.best
    rows = [
        [
            *(_text(row.settings[path]) for path in found.grid),
            *(_figure(row, name, found.by) for name in figures),
            _range(row),
            _statuses(row) + ("  best" if row is best else ""),
        ]
        for row in found.rows
    ]
    if all(len(row.points) == 1 for row in found.rows):
        at = columns.index("range")
        for line in [columns, *rows]:
            del line[at]
    console = output.results()
    console.print(output.table(columns, rows, left=len(found.grid)))
    if best is not None:
        words = ", ".join(f"{path}={_text(v)}" for path, v in best.settings.items())
        runs = output.counted(count, "run")
        console.print(
            f"best {found.by} {output.figure(best.value)} of {runs}: {words}",
            markup=False,
            soft_wrap=True,
        )


def _figures(found: Sweep) -> list[str]:
    """Return the figures for the table, the compared one first."""
    names: dict[str, None] = {found.by: None, "loss": None}
    for row in found.rows:
        for point in row.points:
            names |= dict.fromkeys(point.summary.get("metrics", {}))
    return list(names)[: 1 + _MOST_METRICS]


def _figure(row: SettingResult, name: str, by: str) -> str:
    return output.figure(row.value if name == by else row.median(name))


def _range(row: SettingResult) -> str:
    return f"{output.figure(row.low, 3)} to {output.figure(row.high, 3)}"


def _statuses(row: SettingResult) -> str:
    """Return how the runs ended, the number before the word where they differ."""
    counts = {point.status: row.count(point.status) for point in row.points}
    words = [
        status.replace("_", " ")
        if len(counts) == 1
        else f"{n} {status.replace('_', ' ')}"
        for status, n in counts.items()
    ]
    return ", ".join(words)


def _text(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
