"""``optlab compare``: optimizers, tuned under the same budget, on some problems."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optlab import experiments as known
from optlab.cli import output
from optlab.cli.app import FAILED
from optlab.cli.clusters import workers_of
from optlab.cli.compiling import say_when_compiling
from optlab.cli.progress import counting
from optlab.cli.settings import (
    ClusterOption,
    EngineOption,
    JobsOption,
    RuleOption,
    import_rules,
)
from optlab.errors import InputError
from optlab.experiments.comparing import SCHEDULES
from optlab.experiments.comparing import compare as compare_all
from optlab.experiments.comparison_page import to_html
from optlab.experiments.valley import NAMES, valley
from optlab.files import write_text

if TYPE_CHECKING:
    from optlab.experiments.comparison import Comparison

#: The word for the shipped suite.
VALLEY = "valley"


def compare(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help=f"Experiments; '{VALLEY}' is {len(NAMES)} small problems, "
            f"'{VALLEY}/{NAMES[0]}' one of them.",
        ),
    ],
    optimizers: Annotated[
        str, typer.Option(metavar="A,B,...", help="What is compared.")
    ] = "sgd,adam,rmsprop,lion",
    budget: Annotated[
        int, typer.Option(min=1, help="Trainings that tune each rate.")
    ] = 25,
    seeds: Annotated[
        int, typer.Option(min=2, help="Runs with the tuned rate, of fresh seeds.")
    ] = 10,
    schedules: Annotated[
        str, typer.Option(metavar="A,B,...", help=f"Of {', '.join(SCHEDULES)}.")
    ] = "constant",
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with all of it.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the profiles as .png or .svg."),
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the ends over the rates."),
    ] = None,
    rules: RuleOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Compare optimizers, each tuned under the same budget on each problem.

    The verdict says whether the first differs from the second by more than noise. The
    exit status is 1 where every run of some problem diverged.
    """
    import_rules(rules)
    pictures = output.picture(plot), output.picture(sensitivity, "--sensitivity")
    if html is not None:
        output.check_folder(html.parent, "--html")
    problems = [each for word in files for each in _problems(word)]
    names, courses = _words(optimizers), _words(schedules)
    each = len(problems) * len(names) * len(courses)
    say_when_compiling()
    with (
        workers_of(jobs, cluster) as workers,
        counting("runs", each * (budget + seeds)) as progress,
    ):
        found = compare_all(
            problems,
            names,
            budget=budget,
            seeds=seeds,
            schedules=courses,
            engine=engine,
            jobs=workers,
            progress=progress,
        )
    if json:
        output.print_json(found.to_dict())
    else:
        _show(found)
    if html is not None:
        write_text(html, to_html(found))
    if any(pictures):
        from optlab import plots

        if pictures[0] is not None:
            output.save_picture(plots.plot_profiles(found), pictures[0])
        if pictures[1] is not None:
            drawn = plots.plot_sensitivity(found)
            output.save_picture(drawn, pictures[1], "--sensitivity")
    lost = [
        problem
        for problem in found.problems
        if not any(
            math.isfinite(found.quartiles(problem, c)[1]) for c in found.competitors
        )
    ]
    return FAILED if lost else 0


def _problems(word: str) -> list[known.Experiment]:
    suite, _, name = word.partition("/")
    if suite != VALLEY:
        return [known.find(word)]
    chosen = [each for each in valley() if not name or each.name == name]
    if not chosen:
        raise InputError(f"The valley has no {name!r}; it has {', '.join(NAMES)}.")
    return chosen


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _show(found: Comparison) -> None:
    console = output.results()
    ranks = dict(found.ranking())
    columns = ["competitor", "mean rank", *found.problems]
    rows = []
    for name in ranks:
        cells = []
        for problem in found.problems:
            low, middle, high = found.quartiles(problem, name)
            cells.append(
                f"{middle:.3g} [{low:.3g}, {high:.3g}]"
                if math.isfinite(middle)
                else "diverged"
            )
        rows.append([name, f"{ranks[name]:.2f}", *cells])
    console.print(output.table(columns, rows, left=1))
    console.print(found.verdict(), markup=False, soft_wrap=True)
