"""`optlab.diagnose`: why a set-up does not learn, proved by rerunning it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from optlab.diagnosis.engine import OptlabEngine
from optlab.diagnosis.result import Diagnosis
from optlab.diagnosis.searching import BUDGETS, searched
from optlab.errors import InputError
from optlab.experiments import Experiment


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
    return searched(
        experiment, OptlabEngine(seconds), seconds, jobs, progress, [], began
    )
