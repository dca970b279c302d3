"""One side of a comparison: an experiment, and what is kept of each of its runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.data import Data
from optlab.experiments import Built, Experiment
from optlab.run import Run

#: So many values of a curve are kept; a longer one is thinned evenly.
_MOST = 2000


@dataclass
class Trial:
    """What is kept of one run, small enough to travel between processes.

    Attributes
    ----------
    seed : int
    status : str
        The run's.
    history : dict of str to list of float
        As `Run.history`; of a `Descent` empty.
    losses : ndarray
        The loss by step; of a `Descent` the value at each point, the start included.
    steps : int
        Updates made; for a diverged run, until then.
    points : ndarray, shape (steps + 1, dimension), or None
        The path of a `Descent`.
    extra : dict of str to float
        What the variant's `inspect` measured.
    """

    seed: int
    status: str
    history: dict[str, list[float]]
    losses: npt.NDArray[np.float64]
    steps: int
    points: npt.NDArray[Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def diverged(self) -> bool:
        """Whether NaN or infinity came up."""
        return self.status == "diverged"

    def curve(self, key: str) -> npt.NDArray[np.float64]:
        """Return a column of the history, or "losses" by step, as an array."""
        values = self.losses if key == "losses" else self.history.get(key, [])
        return np.asarray(values, np.float64)


class Side:
    """What can be built and run with a seed."""

    def build(self, seed: int) -> Built:
        """Make everything that a run with this seed needs."""
        raise NotImplementedError

    def run(self, seed: int) -> Trial:
        """Run it, and keep what matters."""
        raise NotImplementedError


@dataclass(frozen=True)
class Variant(Side):
    """An experiment that trains a model.

    Parameters
    ----------
    experiment : Experiment
        With a table ``[data]``; where `data` makes the rows, only its name is used.
    data : callable, optional
        ``data(seed) -> Data``, for rows that no named source has.
    change : callable, optional
        ``change(built)``, called before training, for what a file cannot say.
    inspect : callable, optional
        ``inspect(built, run) -> {name: number}``, called after training.
    before : callable, optional
        ``before(built) -> {name: number}``, called before the first step.
    record : int or Record, optional
        What `fit` is to record, for `inspect` to read.
    """

    experiment: Experiment
    data: Callable[[int], Data] | None = None
    change: Callable[[Built], None] | None = None
    inspect: Callable[[Built, Run], Mapping[str, Any]] | None = None
    before: Callable[[Built], Mapping[str, Any]] | None = None
    record: Any = None

    def build(self, seed: int) -> Built:
        """Make model, loss, optimizer and rows for a seed."""
        if self.data is not None:
            built = self.experiment.build(self.data(seed), seed=seed)
        else:
            built = self.experiment.replace({"data.seed": seed}).build(seed=seed)
        if self.change is not None:
            self.change(built)
        return built

    def run(self, seed: int) -> Trial:
        """Train with a seed."""
        from optlab.training import fit

        built = self.build(seed)
        rows: Any = built.data
        extra = dict(self.before(built)) if self.before is not None else {}
        run = fit(
            built.model,
            rows.x,
            rows.y,
            loss=built.loss,
            optimizer=built.optimizer,
            record=self.record,
            **built.fit_arguments,
        )
        if self.inspect is not None:
            extra |= self.inspect(built, run)
        return Trial(
            seed, run.status, run.history, _thinned(run.losses), run.steps, extra=extra
        )


@dataclass(frozen=True)
class Descent(Side):
    """A walk down an analytic function.

    Parameters
    ----------
    problem : callable
        ``problem() -> Problem``.
    optimizer : mapping
        As the table ``[optimizer]`` of an experiment: name, rate, other arguments.
    steps : int
        Updates to make.
    start : callable
        ``start(seed) -> point``.
    dtype : {"float32", "float64"}
        What is computed in.
    """

    problem: Callable[[], Any]
    optimizer: Mapping[str, Any]
    steps: int
    start: Callable[[int], Sequence[float]]
    dtype: str = "float32"

    def build(self, seed: int) -> Built:
        """Make problem, optimizer and start for a seed."""
        from optlab.experiments.tables import OptimizerTable

        return Built(
            optimizer=OptimizerTable(**self.optimizer).make(),
            problem=self.problem(),
            fit_arguments={
                "steps": self.steps,
                "start": list(self.start(seed)),
                "dtype": self.dtype,
            },
        )

    def run(self, seed: int) -> Trial:
        """Walk with a seed."""
        from optlab.training import minimize

        built = self.build(seed)
        run = minimize(
            built.problem, built.optimizer, record=None, **built.fit_arguments
        )
        return Trial(seed, run.status, {}, run.losses, run.steps, run.trajectory)


def _thinned(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if len(values) <= _MOST:
        return values
    kept = np.linspace(0, len(values) - 1, _MOST).round().astype(int)
    return np.asarray(values[kept])
