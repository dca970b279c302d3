"""``optlab trainability``: the border of convergence over two settings."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from optlab import experiments
from optlab.cli import output
from optlab.cli.clusters import workers_of
from optlab.cli.compiling import say_when_compiling
from optlab.cli.grid import parse_range
from optlab.cli.progress import counting
from optlab.cli.settings import (
    ClusterOption,
    EngineOption,
    JobsOption,
    RuleOption,
    SettingsOption,
    changed,
    import_rules,
    split,
)
from optlab.errors import InputError
from optlab.experiments.samples import Range
from optlab.experiments.trainability import trainability as train_all


def trainability(
    file: Annotated[
        str,
        typer.Argument(help="An experiment file, or the name of a shipped experiment."),
    ],
    x: Annotated[
        str,
        typer.Option(metavar="TABLE.KEY=START:STOP:log|lin", help="What runs across."),
    ],
    y: Annotated[
        str,
        typer.Option(metavar="TABLE.KEY=START:STOP:log|lin", help="What runs up."),
    ],
    size: Annotated[
        str, typer.Option(metavar="N|WxH", help="Runs along the sides.")
    ] = "64",
    settings: SettingsOption = None,
    epochs: Annotated[
        int | None, typer.Option(help="Train so many epochs instead.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Make so many steps instead.")
    ] = None,
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The picture, .png or .svg.")
    ] = None,
    rules: RuleOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> None:
    """Train at each point of a grid over two settings, and draw what converged.

    A run has converged where the mean of its last 20 losses is below its first one.
    """
    import_rules(rules)
    picture = output.picture(plot)
    experiment = changed(experiments.find(file), settings, epochs, steps)
    across, up = _axis(x, "--x"), _axis(y, "--y")
    width, height = _size(size)
    say_when_compiling()
    began = time.perf_counter()
    with (
        workers_of(jobs, cluster) as workers,
        counting(f"{experiment.name}: runs", width * height) as progress,
    ):
        found = train_all(
            experiment,
            across,
            up,
            (width, height),
            engine=engine,
            jobs=workers,
            progress=progress,
        )
    seconds = time.perf_counter() - began
    if json:
        output.print_json({"name": experiment.name, **found.to_dict()})
    else:
        output.results().print(
            f"{found.converged.mean():.1%} of {width * height} runs converged; "
            f"{found.border} lie at the border; {seconds:.1f} s",
            markup=False,
        )
    for reason, count in found.one_by_one.items():
        output.say(f"{output.counted(count, 'run')} made alone: {reason}")
    if picture is not None:
        from optlab import plots

        output.save_picture(plots.plot_trainability(found), picture)


def _axis(word: str, option: str) -> tuple[str, Range]:
    path, text = split(word, option)
    if text.count(":") != 2:
        raise InputError(
            f"{option} needs TABLE.KEY=START:STOP:log or lin. Received: {word!r}"
        )
    return path, parse_range(text, f"{option} {path}")


def _size(text: str) -> tuple[int, int]:
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() for side in sides):
        raise InputError(f"--size needs N or WxH, such as 256. Received: {text!r}")
    return int(sides[0]), int(sides[-1])
