"""``optlab rate``: which learning rate an experiment wants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from optlab import experiments
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
    SettingsOption,
    changed,
    import_rules,
)
from optlab.experiments.rates import NEAR, find_rate

if TYPE_CHECKING:
    from optlab.experiments.rates import RateTest


def rate(
    file: Annotated[
        str,
        typer.Argument(help="An experiment file, or the name of a shipped experiment."),
    ],
    low: Annotated[float, typer.Option(help="The lowest rate.")] = 1e-6,
    high: Annotated[float, typer.Option(help="The highest rate.")] = 10.0,
    rates: Annotated[int, typer.Option(min=3, help="How many.")] = 43,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of each rate.")] = 3,
    steps: Annotated[
        int | None,
        typer.Option(
            min=1, help="Steps of each run.  [default: the experiment's, at most 300]"
        ),
    ] = None,
    by: Annotated[
        str, typer.Option(metavar="FIGURE", help="Compare by this figure.")
    ] = "loss",
    settings: SettingsOption = None,
    engine: EngineOption = "auto",
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the test as .png or .svg."),
    ] = None,
    rules: RuleOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Test a range of learning rates, each a short training of its own.

    The suggestion is the rate with the lowest median over the seeds. How sure it is:
    the seeds are drawn again, with replacement, and the draws counted that would have
    suggested about the same. The exit status is 1 where no rate is good.
    """
    import_rules(rules)
    picture = output.picture(plot)
    experiment = changed(experiments.find(file), settings, None, None)
    say_when_compiling()
    with (
        workers_of(jobs, cluster) as workers,
        counting(f"{experiment.name}: runs", rates * seeds) as progress,
    ):
        found = find_rate(
            experiment,
            low,
            high,
            rates,
            seeds=seeds,
            steps=steps,
            by=by,
            engine=engine,
            jobs=workers,
            progress=progress,
        )
    if json:
        output.print_json({"name": experiment.name, **found.to_dict()})
    else:
        for line in verdict(found):
            output.results().print(line, markup=False, soft_wrap=True)
    if picture is not None:
        from optlab import plots

        output.save_picture(plots.plot_rates(found), picture)
    return 0 if found.suggestion is not None and found.sweep.learned else FAILED


def verdict(test: RateTest) -> list[str]:
    """Return the outcome in words."""
    if test.suggestion is None:
        return [f"every rate from {test.rates[0]:g} to {test.rates[-1]:g} diverged"]
    first = f"suggested learning rate {test.suggestion:.3g}"
    seeds = test.values.shape[1]
    if seeds > 1:
        first += (
            f"; {test.sure:.0%} of the draws of {seeds} seeds say about the same "
            f"(within a factor of {NEAR:g}), nine of ten between {test.low:.3g} and "
            f"{test.high:.3g}"
        )
    lines = [first]
    if test.diverges is not None:
        lines.append(f"from {test.diverges:.3g} on runs diverge")
    if test.at_the_edge:
        lines.append("it is at the edge of the range: try a wider one, --low or --high")
    return lines
