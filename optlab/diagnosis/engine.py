"""What a search asks for: rows, facts, what was seen in a run, and outcomes.

The search does not know which engine answers. `OptlabEngine` trains experiments whose
layers optlab has; the one in `optlab.validation.programs` trains any Keras model.
"""

from __future__ import annotations

from typing import Any, Protocol

from optlab.diagnosis.facts import Facts
from optlab.diagnosis.reference import MOST
from optlab.diagnosis.trials import Outcome, data_of, run_variant
from optlab.diagnosis.watch import Watch, watch

#: Seconds of a run that are no training.
RUN_SECONDS = 0.2
#: Seconds of a multiply-add, and of a layer in a step besides; measured, rounded up.
SECONDS_EACH, SECONDS_CALL = 2.5e-10, 1e-5


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

    def watch(self, experiment: Any, seed: int, updates: int, deadline: float) -> Watch:
        """Train a variant once and look inside."""

    def run(self, experiment: Any, seed: int, deadline: float) -> Outcome:
        """Train a variant once, whatever is wrong with it."""

    def seconds(self, experiment: Any) -> float:
        """Return about how long one training takes."""

    def cost(self, experiment: Any, first: Outcome) -> float:
        """Return about how long one run of many takes, after a first one."""


class OptlabEngine:
    """Trains with optlab's own layers."""

    name = "optlab"
    in_processes = True
    most_updates = MOST

    def data(self, experiment: Any) -> Any:
        """Return the rows of a variant, loaded once."""
        return data_of(experiment)

    def facts(self, experiment: Any) -> Facts:
        """Examine a variant."""
        return Facts.of(experiment, data_of(experiment))

    def watch(self, experiment: Any, seed: int, updates: int, deadline: float) -> Watch:
        """Train a variant once and look inside."""
        return watch(experiment, seed, data_of(experiment), updates, deadline)

    def run(self, experiment: Any, seed: int, deadline: float) -> Outcome:
        """Train a variant once, whatever is wrong with it."""
        return run_variant(experiment, seed, deadline)

    def seconds(self, experiment: Any) -> float:
        """Return about how long one training takes, by its multiplications."""
        return seconds_of(experiment)

    def cost(self, experiment: Any, first: Outcome) -> float:
        """Return about how long one run of many takes: kernels are compiled once."""
        return min(first.seconds, 3 * seconds_of(experiment) + RUN_SECONDS)


def seconds_of(experiment: Any) -> float:
    """Return about how long one training takes."""
    data = data_of(experiment)
    built = experiment.build(data, strict=False)
    rows = len(data.x)
    batch = min(experiment.training.batch_size, rows)
    batches = -(-rows // batch)
    steps = experiment.training.steps
    steps = (experiment.training.epochs or 20) * batches if steps is None else steps
    multiplications = 3.0 * built.model.multiply_adds * batch
    each = SECONDS_EACH * multiplications + SECONDS_CALL * len(built.model.layers)
    return float(each * steps)
