"""From an experiment and an engine to an answer: sample, search, report."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from optlab.diagnosis import repairs
from optlab.diagnosis.edits import data_file
from optlab.diagnosis.engine import Engine
from optlab.diagnosis.report import report
from optlab.diagnosis.result import Diagnosis
from optlab.diagnosis.sampling import affordable, restored
from optlab.diagnosis.search import Search
from optlab.diagnosis.thresholds import FEW_ROWS, FEW_TO_SCORE
from optlab.diagnosis.trials import Trials
from optlab.errors import InputError

#: The share of the budget after which no run goes on: the rest is for the last one's
#: scores and for the answer.
SEARCHING = 0.9
#: Seconds, by engine, where none are given.
BUDGETS = {"optlab": 60.0, "keras": 120.0}


def searched(
    experiment: Any,
    engine: Engine,
    budget: float,
    jobs: int,
    progress: Callable[[int], Any] | None,
    notes: list[str],
    began: float,
) -> Diagnosis:
    """Search for the causes with one engine, and return the answer.

    Parameters
    ----------
    experiment : Experiment or Program
        What does not learn.
    engine : Engine
        What trains.
    budget, jobs, progress
        As `diagnose` takes them.
    notes : list of str
        What a reader should know so far.
    began : float
        When the budget began, on `time.time`'s clock.
    """
    original = experiment
    experiment = scored = _scorable(experiment, engine, notes)
    experiment = sample = affordable(experiment, budget, notes, engine)
    trials = Trials(began + SEARCHING * budget, progress, jobs, engine)
    found = Search(experiment, trials)()
    found.shortened = found.watch.outcome.cut or any(
        getattr(sample.training, unit) != getattr(scored.training, unit)
        for unit in ("epochs", "steps")
        if sample.training is not None
    )
    if not found.complete:
        notes.append(
            f"The time budget of {budget:g} s ran out; this is the answer so far."
        )
    answer = report(original, experiment, found, notes)
    answer.engine = engine.name
    answer.losses_before = trials.losses(experiment, len(found.before))
    if found.cured is not None and answer.cured is not None:
        answer.losses_after = trials.losses(found.cured, len(found.after))
        cured = found.cured
        if sample is not scored:
            cured = restored(cured, sample, scored, notes)
        answer.cured = _unscored(cured, scored, original)
    answer.seconds = time.time() - began
    answer.runs = len(trials.outcomes)
    return answer


def _scorable(experiment: Any, engine: Engine, notes: list[str]) -> Any:
    """Make sure that there are rows to score on and rows to learn from."""
    data = engine.data(experiment)
    if not len(data.x):
        raise InputError("There are no rows to train on.")
    held = 0 if data.x_val is None else len(data.x_val)
    if not held and len(data.x) >= FEW_ROWS:
        experiment = experiment.replace({"data.validation": 0.2})
        notes.append("A fifth of the rows was kept to score on.")
        return experiment
    if held >= FEW_TO_SCORE and len(data.x) + held >= FEW_ROWS:
        return experiment
    arrays = repairs.raw_arrays_of(experiment.replace({"data.validation": 0.0}))
    arrays |= {"x_val": arrays["x"], "y_val": arrays["y"]}
    notes.append(
        f"Few rows: all scores are those of the {len(arrays['x'])} rows trained on."
    )
    return with_rows(experiment, arrays)


def _unscored(cured: Any, scored: Any, original: Any) -> Any:
    """Return a cure without the rows that were kept, or repeated, to score on."""
    if scored is original or cured.data is None:
        return cured
    tree, kept = cured.to_dict(), original.to_dict()
    if tree["data"].get("source") != scored.to_dict()["data"].get("source"):
        return cured
    for key in ("scale", "target_scale"):
        if key in tree["data"]:
            kept["data"][key] = tree["data"][key]
    return cured.with_tree({**tree, "data": kept["data"]})


def with_rows(experiment: Any, arrays: dict[str, Any]) -> Any:
    """Return the experiment with other rows, unscaled ones."""
    tree = data_file(repairs.store(arrays))(experiment.to_dict())
    return experiment.with_tree(tree)
