"""What a search asks for: rows, facts, what was seen in a run, and outcomes.

The search does not know which engine answers. `OptlabEngine` trains experiments whose
layers optlab has; the one in `optlab.validation.programs` trains any Keras model.
"""

from __future__ import annotations

from typing import Any, Protocol

from optlab.diagnosis.facts import Facts
from optlab.diagnosis.reference import MOST
from optlab.diagnosis.trials import (
    Outcome,
    data_of,
    one_thread,
    run_once,
    run_variant,
)
from optlab.diagnosis.watch import Watch, watch
from optlab.errors import InputError
from optlab.experiments.cost import Cost, cost_of

#: Seconds of a run that are no training.
RUN_SECONDS = 0.2
#: Estimated seconds from which a training is timed by some of its steps, and those of
#: the steps that are timed. They may turn out to be so many times as fast.
TIMED_FROM, TIMED, FASTEST = 2.0, 0.5, 20.0
#: A model is too large where so many steps do not fit into this share of the budget.
FEWEST_STEPS, LARGEST_SHARE = 20, 1 / 3


class Engine(Protocol):
    """Trains variants of one set-up.

    Attributes
    ----------
    name : {"optlab", "keras"}
        What it is called in an answer.
    in_processes : bool
        Whether runs may be made in other processes.
    most_updates : int
        Of a reference run.
    """

    name: str
    in_processes: bool
    most_updates: int

    def data(self, experiment: Any) -> Any:
        """Return the rows of a variant, loaded once."""

    def facts(self, experiment: Any) -> Facts:
        """Examine a variant."""

    def refused(self, experiment: Any) -> Outcome | None:
        """Return the outcome of a variant too large to be run; None of all others."""

    def watch(self, experiment: Any, seed: int, updates: int, deadline: float) -> Watch:
        """Train a variant once and look inside."""

    def run(self, experiment: Any, seed: int, deadline: float) -> Outcome:
        """Train a variant once, whatever is wrong with it."""

    def seconds(self, experiment: Any) -> float:
        """Return about how long one training takes."""

    def cost(self, experiment: Any, first: Outcome) -> float:
        """Return about how long one run of many takes, after a first one."""

    def within(self, experiment: Any, seconds: float) -> Any:
        """Return a variant that trains about so long at the most."""


class OptlabEngine:
    """Trains with optlab's own layers."""

    name = "optlab"
    in_processes = True
    most_updates = MOST

    def __init__(self, budget: float = 60.0) -> None:
        self.budget = budget
        #: What a training took, by what was estimated.
        self.pace = 1.0

    def data(self, experiment: Any) -> Any:
        """Return the rows of a variant, loaded once."""
        return data_of(experiment)

    def facts(self, experiment: Any) -> Facts:
        """Examine a variant."""
        return Facts.of(experiment, data_of(experiment))

    def watch(self, experiment: Any, seed: int, updates: int, deadline: float) -> Watch:
        """Train a variant once and look inside."""
        refused = self.refused(experiment)
        if refused is not None:
            return Watch(refused)
        return watch(experiment, seed, data_of(experiment), updates, deadline)

    def refused(self, experiment: Any) -> Outcome | None:
        """Return the outcome of a variant too large to be run; None of all others."""
        try:
            each = self.pace * self._cost(experiment).each
        except InputError:  # a run says what is wrong
            return None
        if not is_too_long(each, self.budget):
            return None
        return too_large(f"A training step takes {each:.1f} s or more", self.budget)

    def run(self, experiment: Any, seed: int, deadline: float) -> Outcome:
        """Train a variant once, whatever is wrong with it."""
        return run_variant(experiment, seed, deadline)

    def seconds(self, experiment: Any) -> float:
        """Return about how long one training takes.

        By its multiplications; where these are many, by the time of a few steps. 0
        where it is too large to be run.
        """
        estimate = self._cost(experiment)
        if estimate.seconds < TIMED_FROM:
            return estimate.seconds
        if is_too_long(estimate.each / FASTEST, self.budget):
            self.pace = 1 / FASTEST
            return 0.0
        taken = self._step_seconds(experiment, 1 + max(3, int(TIMED / estimate.each)))
        if taken is not None:
            self.pace = max(taken / estimate.each, 1 / FASTEST)
        return 0.0 if self.refused(experiment) else self.pace * estimate.seconds

    def cost(self, experiment: Any, first: Outcome) -> float:
        """Return about how long one run of many takes: kernels are compiled once."""
        return min(
            first.seconds, 3 * self.pace * self._cost(experiment).seconds + RUN_SECONDS
        )

    def within(self, experiment: Any, seconds: float) -> Any:
        """Return a variant that trains about so long at the most, in whole epochs."""
        epochs = experiment.training.epochs
        try:
            taken = self.pace * self._cost(experiment).seconds
        except InputError:  # a run says what is wrong
            return experiment
        if taken <= seconds or epochs is None:
            return experiment
        part = max(1, int(epochs * seconds / taken))
        return experiment.replace({"training.epochs": part})

    def _cost(self, experiment: Any) -> Cost:
        return cost_of(experiment, data_of(experiment))

    def _step_seconds(self, experiment: Any, count: int) -> float | None:
        """Return the seconds of a step, of so many; None if they cannot be made."""
        changes = {"training.epochs": None, "training.callbacks": None}
        data, taken = data_of(experiment), list[float]()
        with one_thread():
            for steps in (1, 1, count):  # the first compiles kernels
                short = experiment.replace({**changes, "training.steps": steps})
                outcome, _ = run_once(short, 0, data, scoring=False)
                if outcome.steps < steps:
                    return None
                taken.append(outcome.seconds)
                if len(taken) == 2 and FEWEST_STEPS * taken[1] > self.budget:
                    return taken[1]
        return max(0.0, taken[2] - taken[1]) / (count - 1)


def is_too_long(step_seconds: float, budget: float) -> bool:
    """Whether steps of so many seconds are too few within a budget to tell anything."""
    return FEWEST_STEPS * step_seconds > LARGEST_SHARE * budget


def too_large(why: str, budget: float) -> Outcome:
    """Return the outcome of a variant that so many seconds are not enough for."""
    message = f"{why}: too large for the budget of {budget:g} s (--budget)."
    return Outcome(None, "too_large", message)
