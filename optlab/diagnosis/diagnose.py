"""`optlab.diagnose`: why a set-up does not learn, proved by rerunning it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from optlab.diagnosis import repairs
from optlab.diagnosis.edits import data_file
from optlab.diagnosis.engine import Engine, OptlabEngine
from optlab.diagnosis.report import report
from optlab.diagnosis.result import Diagnosis
from optlab.diagnosis.sampling import affordable, restored
from optlab.diagnosis.search import Search
from optlab.diagnosis.trials import Trials
from optlab.errors import InputError
from optlab.experiments import Experiment

#: Seconds, by engine, where none are given.
BUDGETS = {"optlab": 60.0, "keras": 120.0}
#: Fewer rows than the first figure, or than the second to score on, are judged on the
#: rows that are trained on: on 9 rows a score moves by 0.22 with each.
FEW_ROWS, FEW_TO_SCORE = 50, 10


def diagnose(
    experiment: Any,
    x: Any = None,
    y: Any = None,
    *,
    budget: float | None = None,
    jobs: int = 2,
    engine: Literal["auto", "optlab", "keras"] = "auto",
    progress: Callable[[int], Any] | None = None,
    **fit_arguments: Any,
) -> Diagnosis:
    """Say why a set-up does not learn, and prove it by changing one thing at a time.

    Parameters
    ----------
    experiment : Experiment, str, Path or keras.Model
        An experiment, the path or name of one, or a compiled tf.keras model, which is
        read, not trained. What optlab's own layers cover is run by them, any other
        model by tf.keras.
    x, y : object, optional
        The rows that a tf.keras model was to be trained on: whatever `fit` takes.
    budget : float, optional
        Seconds after which no new run is started; the answer is then what is known. 60
        where optlab trains, 120 where tf.keras does.
    jobs : int
        Processes to run trials in.
    engine : {"auto", "optlab", "keras"}
        What trains; "auto" takes optlab where it covers everything.
    progress : callable, optional
        Called with the number of runs made so far.
    **fit_arguments
        The other arguments of `fit`: `epochs` (20 where left out), `batch_size`,
        `validation_data`, `validation_split`, `class_weight`, `sample_weight`,
        `shuffle`, `steps_per_epoch`.

    Returns
    -------
    Diagnosis

    Raises
    ------
    InputError
        If the experiment cannot be read, or has no data to learn from.
    """
    began = time.time()
    if engine not in ("auto", "optlab", "keras"):
        raise InputError(
            f"`engine` must be 'auto', 'optlab' or 'keras'. Received: {engine!r}"
        )
    if budget is not None and not budget > 0:
        raise InputError(f"`budget` must be above 0. Received: budget={budget}")
    if not isinstance(experiment, (Experiment, str, Path)):
        from optlab.validation.programs.diagnosing import diagnose_model

        return diagnose_model(
            experiment, x, y, fit_arguments, budget, jobs, engine, progress
        )
    if x is not None or y is not None or fit_arguments:
        given = ", ".join(f"`{name}`" for name in fit_arguments) or "`x` and `y`"
        raise InputError(
            f"{given} go with a tf.keras model; an experiment has its own data."
        )
    if not isinstance(experiment, Experiment):
        from optlab.experiments import find

        experiment = find(experiment)
    if experiment.data is None:
        raise InputError(
            "A diagnosis needs an experiment with data and a model. "
            "Received: an analytic function"
        )
    if engine == "keras":
        from optlab.validation.programs.diagnosing import diagnose_twin

        return diagnose_twin(experiment, budget, progress)
    seconds = budget or BUDGETS["optlab"]
    return searched(experiment, OptlabEngine(), seconds, jobs, progress, [], began)


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
    trials = Trials(began + budget, progress, jobs, engine)
    found = Search(experiment, trials)()
    if not found.complete:
        notes.append(
            f"The time budget of {budget:g} s ran out; this is the answer so far."
        )
    answer = report(original, experiment, found, notes)
    answer.engine = engine.name
    answer.losses_before = trials.losses(experiment, len(found.before))
    if found.cured is not None and answer.cured is not None:
        answer.losses_after = trials.losses(found.cured, len(found.after))
        if sample is not scored:
            answer.cured = restored(found.cured, sample, scored, notes)
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


def with_rows(experiment: Any, arrays: dict[str, Any]) -> Any:
    """Return the experiment with other rows, unscaled ones."""
    tree = data_file(repairs.store(arrays))(experiment.to_dict())
    return experiment.with_tree(tree)
