"""``optlab sweep``: an experiment with many settings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optlab import experiments
from optlab.cli import output
from optlab.cli.app import BAD_INPUT, FAILED, INTERRUPTED
from optlab.cli.clusters import workers_of
from optlab.cli.compiling import say_when_compiling
from optlab.cli.grid import parse_over, read_settings
from optlab.cli.progress import counting
from optlab.cli.settings import (
    ClusterOption,
    EngineOption,
    JobsOption,
    RuleOption,
    SettingsOption,
    changed,
    import_rules,
)
from optlab.errors import InputError
from optlab.experiments.halving import halve, rungs
from optlab.experiments.samples import Settings
from optlab.experiments.sweep_store import SweepStore, read_sweep

if TYPE_CHECKING:
    from optlab.experiments.sweep_results import SettingResult, Sweep

#: Runs from which a sweep has to be meant.
_MANY = 10_000_000
#: Rows of the table.
_MOST_ROWS = 1000
#: Metrics that find room in the table.
_MOST_METRICS = 3


def sweep(
    file: Annotated[
        str,
        typer.Argument(
            help="An experiment file, the name of a shipped experiment, or what --out "
            "wrote (.sqlite), to look at."
        ),
    ],
    over: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TABLE.KEY=VALUES",
            help="Values a,b,c or start:stop:log:n or start:stop:lin:n, with --sample "
            "also start:stop:log; ' if TABLE.KEY=VALUE' at the end makes it depend on "
            "another; repeatable.",
        ),
    ] = None,
    listed: Annotated[
        Path | None,
        typer.Option(
            "--list",
            metavar="FILE.csv",
            help="Settings instead: a head of TABLE.KEY, then a row each.",
        ),
    ] = None,
    sample: Annotated[
        int | None,
        typer.Option(min=1, help="Draw so many settings instead of all combinations."),
    ] = None,
    sampler: Annotated[
        str, typer.Option(metavar="sobol|random", help="How they are drawn.")
    ] = "sobol",
    sample_seed: Annotated[
        int, typer.Option(min=0, help="The seed of what is drawn.")
    ] = 0,
    halving: Annotated[
        bool,
        typer.Option(
            "--halving",
            help="Successive halving: all settings a short time, the best third three "
            "times as long, and so on.",
        ),
    ] = False,
    settings: SettingsOption = None,
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
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    engine: EngineOption = "auto",
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE.sqlite", help="Keep each run here when it is done."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="With --out: run what is missing in it.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Begin also more than ten million runs.")
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
    """Run an experiment with every combination of some settings, or with a sample.

    The table shows medians over the seeds at the end of the runs. The exit status is 1
    where no run at all came to its end and learned.
    """
    picture = output.picture(plot)
    if Path(file).suffix == ".sqlite":
        found = read_sweep(file, by)
        if json:
            output.print_json({"name": file, **found.to_dict()})
        else:
            _show(found, sum(found.counts.values()))
        return 0
    import_rules(rules)
    grid = _settings(over, listed, sample, sampler, sample_seed)
    experiment = changed(experiments.find(file), settings, epochs, steps)
    if resume and out is None:
        raise InputError("--resume needs --out, the file to go on with.")
    total = seeds * len(grid)
    if total > _MANY and not yes:
        raise InputError(f"These are {total:,} runs; --yes begins them all the same.")
    if halving:
        total = sum(count * seeds for _, count in rungs(experiment, len(grid)))
    say_when_compiling()
    run = halve if halving else experiments.sweep
    with (
        workers_of(jobs, cluster) as workers,
        _kept(out, experiment, resume) as store,
        counting(f"{experiment.name}: runs", total) as progress,
    ):
        found = run(
            experiment,
            grid,
            seeds=seeds,
            by=by,
            jobs=workers,
            engine=engine,
            store=store,
            progress=progress,
        )
    points = [point for row in found.rows for point in row.points]
    refused = [point for point in points if point.status == "refused"]
    if refused and len(refused) == len(points):
        raise InputError(refused[0].message)
    if json:
        output.print_json({"name": experiment.name, **found.to_dict()})
    else:
        _show(found, sum(found.counts.values()))
    for reason, count in found.one_by_one.items():
        output.say(f"{output.counted(count, 'run')} made alone: {reason}")
    for point in refused:
        words = " ".join(f"{path}={value}" for path, value in point.settings.items())
        output.say(f"refused: {words}: {point.message}")
    if found.interrupted:
        return INTERRUPTED
    if picture is not None and points:
        from optlab import plots

        output.save_picture(plots.plot_sweep(found, title=experiment.name), picture)
    if refused:
        return BAD_INPUT
    if found.learned:
        return 0
    if experiment.data is not None:
        output.say(f"No run learned; optlab diagnose {file} says why.")
    return FAILED


@contextmanager
def _kept(
    out: Path | None, experiment: experiments.Experiment, resume: bool
) -> Iterator[SweepStore | None]:
    """Open the store, and close it whatever happens: what is done is kept."""
    if out is None:
        yield None
        return
    with closing(SweepStore(out, experiment, resume)) as store:
        yield store


def _settings(
    over: list[str] | None,
    listed: Path | None,
    sample: int | None,
    sampler: str,
    seed: int,
) -> Sequence[Settings]:
    """Return the settings that the options ask for."""
    if listed is not None:
        if over or sample is not None:
            raise InputError("--list stands instead of --over and --sample.")
        return read_settings(listed)
    if not over:
        raise InputError(
            "A sweep needs --over TABLE.KEY=VALUES, such as "
            "--over optimizer.learning_rate=1e-4:1:log:20, or --list FILE.csv."
        )
    return parse_over(over, sample, sampler, seed)


def _show(found: Sweep, count: int) -> None:
    figures = _figures(found)
    columns = [*_heads(list(found.grid)), *figures, "range", "runs"]
    best = found.best
    rows = [
        [
            *(_text(row.settings.get(path, "")) for path in found.grid),
            *(_figure(row, name, found.by) for name in figures),
            _range(row),
            _statuses(row) + ("  best" if row is best else ""),
        ]
        for row in found.rows[:_MOST_ROWS]
    ]
    if all(len(row.points) == 1 for row in found.rows):
        at = columns.index("range")
        for line in [columns, *rows]:
            del line[at]
    console = output.results()
    console.print(output.table(columns, rows, left=len(found.grid)))
    if found.left_out or len(found.rows) > len(rows):
        left_out = found.left_out + len(found.rows) - len(rows)
        ended = ", ".join(f"{n} {status}" for status, n in found.counts.items())
        console.print(
            f"and {left_out} settings more; of all runs {ended}".replace("_", " "),
            markup=False,
            soft_wrap=True,
        )
    if best is not None:
        words = ", ".join(f"{path}={_text(v)}" for path, v in best.settings.items())
        runs = output.counted(count, "run")
        console.print(
            f"best {found.by} {output.figure(best.value)} of {runs}: {words}",
            markup=False,
            soft_wrap=True,
        )


def _heads(paths: list[str]) -> list[str]:
    """Return the settings' names without their table, where that tells them apart."""
    short = [path.rpartition(".")[2] for path in paths]
    return short if len(set(short)) == len(short) else paths


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
