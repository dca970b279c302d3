"""Run variants of an experiment on the same seeds, and remember every outcome."""

from __future__ import annotations

import functools
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from optlab.callbacks import Callback
from optlab.diagnosis.scoring import FLOOR, score
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.experiments.cost import seconds_of_epoch, seconds_of_rows
from optlab.typing import Array
from optlab.workers import PAYS, run_all

#: The seeds of every comparison; the first decides who is raced on.
SEEDS = (0, 1, 2)
#: Training rows that are scored as well, at the most.
MOST_SCORED = 2000
#: Rows that are scored however long it takes, and seconds that more may take.
LEAST_SCORED, SCORING = 200, 0.5
#: Seconds of an epoch from which the clock is looked at within it.
LONG_EPOCH = 0.3


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
    losses : tuple of float
        The loss of every epoch, for the picture.
    training_score : float or None
        On the rows it was trained on.
    cut : bool
        Whether the engine ended it before all of its updates were made.
    """

    score: float | None
    status: str
    message: str = ""
    first_loss: float = float("nan")
    last_loss: float = float("nan")
    steps: int = 0
    seconds: float = 0.0
    losses: tuple[float, ...] = ()
    training_score: float | None = None
    cut: bool = False

    @property
    def value(self) -> float:
        """The score as a number that can be compared: the floor where there is none."""
        return FLOOR if self.score is None else self.score


def run_once(
    experiment: Experiment,
    seed: int,
    data: Any,
    record: Any = None,
    deadline: float = float("inf"),
    scoring: bool = True,
) -> tuple[Outcome, Any]:
    """Train a variant once, whatever is wrong with it, and score it or not.

    Returns
    -------
    tuple of (Outcome, Run or None)
    """
    from optlab.training import fit

    began = time.perf_counter()
    try:
        built = experiment.build(data, seed=seed, strict=False)
        if deadline < float("inf"):
            kind = _StepDeadline if seconds_of_epoch(built) > LONG_EPOCH else _Deadline
            built.fit_arguments["callbacks"].append(kind(deadline))
        arguments = {**built.fit_arguments, "metrics": ()}
        if not experiment.training.callbacks:  # nothing watches the validation loss
            arguments["validation_data"] = None
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
            if run.status == "interrupted":
                raise KeyboardInterrupt  # what was cut short is no evidence
            found = own = None
            if scoring and run.status != "diverged":
                logits = (
                    built.loss.from_logits
                    and built.model.final_activation
                    not in (
                        "softmax",
                        "sigmoid",
                    )
                )

                def scored(x: Array, y: Array, most: int) -> float | None:
                    rows = _spread(len(x), most, built.model)
                    predicted = built.model.predict(x[rows])
                    return score(data.task, y[rows], predicted, logits)

                own = scored(data.x, data.y, MOST_SCORED)
                if data.x_val is not None:
                    found = scored(data.x_val, data.y_val, len(data.x_val))
    except (InputError, OSError) as error:
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
        tuple(float(value) for value in run.history.get("loss", ())),
        own,
    )
    return outcome, run


class _Deadline(Callback):
    """Ends a run when the time for the whole diagnosis is over."""

    def __init__(self, deadline: float) -> None:
        super().__init__()
        self._deadline = deadline

    def on_epoch_end(self, epoch: int, logs: Any) -> None:
        """Look at the clock."""
        if time.time() > self._deadline:
            self.stop_training = True


class _StepDeadline(_Deadline):
    """The same, looking at the clock after every step."""

    def on_batch_end(self, step: int, logs: Any) -> None:
        """Look at the clock."""
        self.on_epoch_end(0, logs)


def _spread(rows: int, most: int, model: Any) -> slice:
    """Return the rows to score, evenly over all: `most`, or what the time allows."""
    in_time = int(SCORING / max(seconds_of_rows(model, 1), 1e-12))
    count = min(rows, most, max(LEAST_SCORED, in_time))
    return slice(None, None, -(-rows // max(1, count)))


@functools.lru_cache(maxsize=64)
def _loaded(experiment: Experiment, folder: Any, changed: float) -> Any:
    """Load data once for a data table, a folder and a time of the file's change."""
    return experiment.load_data(strict=False)


def data_of(experiment: Experiment) -> Any:
    """Return the data of a variant; loaded once for all variants with the same data."""
    bare = experiment.replace(
        {
            "optimizer": {"name": "sgd"},
            "training": {"dtype": experiment.training.dtype},
            "model": {"layers": [{"units": 1}]},
        }
    )
    source = experiment.data.source if experiment.data else ""
    path = Path(experiment.folder or ".") / source
    changed = path.stat().st_mtime if path.is_file() else 0.0
    return _loaded(bare, experiment.folder, changed)


def run_variant(experiment: Experiment, seed: int, deadline: float) -> Outcome:
    """Load the data of a variant and train it once; what a worker process does."""
    if time.time() > deadline:
        return Outcome(None, "stopped_early", "The time is over.")
    try:
        data = data_of(experiment)
    except InputError as error:
        return Outcome(None, "refused", str(error))
    with one_thread():
        return run_once(experiment, seed, data, deadline=deadline)[0]


@contextmanager
def one_thread() -> Iterator[None]:
    """Run with one thread, in BLAS and in kernels: the other core has its own trial."""
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        with threadpool_limits(1):
            yield
    finally:
        numba.set_num_threads(before)


@dataclass
class Trials:
    """Outcomes by experiment and seed; each is run once.

    Parameters
    ----------
    deadline : float
        A time on `time.time`'s clock after which nothing new is started.
    progress : callable, optional
        Called with the number of runs made.
    jobs : int
        Processes to use where many long runs are due.
    engine : Engine, optional
        What trains; optlab itself where left out.
    seeds : tuple of int
        Of every comparison; the first alone where runs are slow.
    """

    deadline: float = float("inf")
    progress: Callable[[int], Any] | None = None
    jobs: int = 2
    engine: Any = None
    seeds: tuple[int, ...] = SEEDS
    outcomes: dict[tuple[str, int], Outcome] = field(default_factory=dict)

    @property
    def out_of_time(self) -> bool:
        """Whether the deadline has passed."""
        return time.time() > self.deadline

    def run(self, variants: Iterable[tuple[Experiment, int]]) -> None:
        """Run what has not been run yet, on several cores where it pays."""
        due = {
            (experiment.fingerprint, seed): (experiment, seed)
            for experiment, seed in variants
        }
        due = {key: pair for key, pair in due.items() if key not in self.outcomes}
        if self.engine is not None:
            for key, (experiment, _) in list(due.items()):
                refused = self.engine.refused(experiment)
                if refused is not None:
                    self._keep(key, refused)
                    del due[key]
        left = self.deadline - time.time()
        worth = min(self._cost * len(due), left / 2) > PAYS
        alone = self.engine is not None and not self.engine.in_processes
        if len(due) > 1 and self.jobs > 1 and worth and not alone:
            self._run_in_processes(due)
            return
        for key, (experiment, seed) in due.items():
            if self.out_of_time:
                return
            run = run_variant if self.engine is None else self.engine.run
            self._keep(key, run(experiment, seed, self.deadline))

    def _run_in_processes(self, due: dict[Any, tuple[Experiment, int]]) -> None:
        if self.out_of_time:
            return
        keys = list(due)
        tasks = [(*due[key], self.deadline) for key in keys]
        for index, outcome in run_all(run_variant, tasks, jobs=self.jobs):
            self._keep(keys[index], outcome)

    def _keep(self, key: tuple[str, int], outcome: Outcome) -> None:
        if outcome.status == "stopped_early" and self.out_of_time:
            return
        self.outcomes[key] = outcome
        if self.progress is not None:
            self.progress(len(self.outcomes))

    @property
    def _cost(self) -> float:
        """The median seconds of a run so far."""
        if not self.outcomes:
            return 0.0
        return statistics.median(o.seconds for o in self.outcomes.values())

    def outcome(self, experiment: Experiment, seed: int) -> Outcome | None:
        """Return how a variant ends with a seed; None when time has run out."""
        self.run([(experiment, seed)])
        return self.outcomes.get((experiment.fingerprint, seed))

    def scores(
        self, experiment: Experiment, seeds: Sequence[int] | None = None
    ) -> list[float]:
        """Return the scores over seeds, as far as time allowed."""
        seeds = self.seeds if seeds is None else seeds
        self.run((experiment, seed) for seed in seeds)
        keys = ((experiment.fingerprint, seed) for seed in seeds)
        return [self.outcomes[key].value for key in keys if key in self.outcomes]

    def median(
        self, experiment: Experiment, seeds: Sequence[int] | None = None
    ) -> float:
        """Return the median score over seeds; the floor where nothing was run."""
        found = self.scores(experiment, seeds)
        return statistics.median(found) if found else FLOOR

    def losses(self, experiment: Experiment, count: int) -> list[tuple[float, ...]]:
        """Return the epochs' losses of the first `count` seeds that were run."""
        seeds = range(count)
        found = (self.outcomes.get((experiment.fingerprint, seed)) for seed in seeds)
        return [outcome.losses for outcome in found if outcome is not None]
