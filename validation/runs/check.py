"""Shipped experiments against their twins, as rows of the report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optlab.errors import InputError
from optlab.experiments import Experiment, find
from optlab.validation.parity import EXACT
from optlab.validation.results import Result
from optlab.validation.runs.verdict import verify_experiment


def check_runs(wanted: Sequence[tuple[str, str, int]]) -> Iterator[Result]:
    """Yield a row for each shipped experiment, dtype and number of steps."""
    for name, dtype, steps in wanted:
        try:
            yield verify_experiment(find(name), dtype, steps).result()
        except InputError as error:  # An older tf.keras lacks a part.
            row = ("runs", name, dtype, "training", "", EXACT)
            yield Result(*row, refused=str(error))


def check_experiment(
    experiment: Experiment, steps: int | None, seed: int | None
) -> Iterator[Result]:
    """Yield a row for an experiment in float64, and one in its own dtype."""
    for dtype in dict.fromkeys(("float64", experiment.training.dtype)):
        yield verify_experiment(experiment, dtype, steps, seed).result()
