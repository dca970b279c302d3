"""Run variants of an experiment on the same seeds, and remember every outcome."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.diagnosis.scoring import FLOOR, score
from optlab.errors import InputError
from optlab.experiments import Experiment

#: The seeds of every comparison; the first decides who is raced on.
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Outcome:
    """How one run ended.

    Attributes
    ----------
    score : float or None
        On the validation rows; None where the run diverged or could not start.
    status : str
        The run's status, or "refused".
    message : str
        Why it diverged or was refused.
    first_loss, last_loss : float
        The loss of the first and of the last epoch.
    steps : int
        Updates made.
    seconds : float
        How long it took.
    """

    score: float | None
    status: str
    message: str = ""
    first_loss: float = float("nan")
    last_loss: float = float("nan")
    steps: int = 0
    seconds: float = 0.0

    @property
    def value(self) -> float:
        """The score as a number that can be compared: the floor where there is none."""
        return FLOOR if self.score is None else self.score


def run_once(experiment: Experiment, seed: int, data: Any, record: Any = None) -> Any:
    """Train a variant once, whatever is wrong with it.

    Returns
    -------
    tuple of (Outcome, Run or None)
    """
    from optlab.training import fit

    began = time.perf_counter()
    try:
        built = experiment.build(data, seed=seed, strict=False)
        arguments = {**built.fit_arguments, "validation_data": None, "metrics": ()}
        with np.errstate(all="ignore"):
            run = fit(
                built.model,
                data.x,
                data.y,
                loss=built.loss,
                optimizer=built.optimizer,
                record=record,
                check_finite=False,
                strict=False,
                **arguments,
            )
            found = None
            if run.status != "diverged" and data.x_val is not None:
                logits = built.loss.from_logits and built.model.final_activation not in (
                    "softmax",
                    "sigmoid",
                )
                predicted = built.model.predict(data.x_val)
                found = score(data.task, data.y_val, predicted, logits)
    except (InputError, ValueError, TypeError) as error:
        seconds = time.perf_counter() - began
        return Outcome(None, "refused", str(error), seconds=seconds), None
    losses = run.history.get("loss") or [float("nan")]
    outcome = Outcome(
        found,
        run.status,
        (run.divergence or {}).get("message", ""),
        float(losses[0]),
        float(losses[-1]),
        run.steps,
        time.perf_counter() - began,
    )
    return outcome, run


@dataclass
class Trials:
    """Outcomes by experiment and seed; each is run once.

    Parameters
    ----------
    deadline : float
        A time on `time.perf_counter`'s clock after which nothing new is started.
    progress : callable, optional
        Called with the number of runs made.
    """

    deadline: float = float("inf")
    progress: Any = None
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)
    _data: dict[str, Any] = field(default_factory=dict)

    @property
    def out_of_time(self) -> bool:
        """Whether the deadline has passed."""
        return time.perf_counter() > self.deadline

    def data(self, experiment: Experiment) -> Any:
        """Return the data of a variant, loaded once."""
        table = experiment.data
        key = f"{table!r} {experiment.training.dtype} {experiment.classification}"
        if key not in self._data:
            self._data[key] = experiment.load_data(strict=False)
        return self._data[key]

    def outcome(self, experiment: Experiment, seed: int) -> Outcome | None:
        """Return how a variant ends with a seed; None when time has run out."""
        key = (experiment.fingerprint, seed)
        if key not in self.outcomes:
            if self.out_of_time:
                return None
            try:
                data = self.data(experiment)
            except InputError as error:
                self.outcomes[key] = Outcome(None, "refused", str(error))
            else:
                self.outcomes[key], _ = run_once(experiment, seed, data)
            if self.progress is not None:
                self.progress(len(self.outcomes))
        return self.outcomes[key]

    def scores(
        self, experiment: Experiment, seeds: Sequence[int] = SEEDS
    ) -> list[float]:
        """Return the scores over seeds, as far as time allowed."""
        found = [self.outcome(experiment, seed) for seed in seeds]
        return [outcome.value for outcome in found if outcome is not None]

    def median(self, experiment: Experiment, seeds: Sequence[int] = SEEDS) -> float:
        """Return the median score over seeds; the floor where nothing was run."""
        found = self.scores(experiment, seeds)
        return statistics.median(found) if found else FLOOR
