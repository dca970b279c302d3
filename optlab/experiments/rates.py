"""Find a learning rate: the range test, all rates beside each other.

Each rate trains the same first weights a short time, with a few seeds. Unlike the test
of Smith, "Cyclical learning rates for training neural networks", 2017, which raises the
rate within one run, a rate is not judged by what the ones before it have done.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.errors import InputError
from optlab.experiments.sweep_results import Sweep
from optlab.experiments.sweeping import sweep
from optlab.typing import Array
from optlab.workers import Jobs

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment

PATH = "optimizer.learning_rate"
#: Steps of a test where the experiment's own training is longer.
STEPS = 300
#: Draws of the seeds, and the share of them that an interval holds.
_DRAWS, _HELD = 1000, 0.9
#: Rates within this factor of the suggestion count for it.
NEAR = 3.0


@dataclass(frozen=True)
class RateTest:
    """What `find_rate` returns.

    Attributes
    ----------
    by : str
        The figure that was compared.
    rates : ndarray, shape (rates,)
    values : ndarray, shape (rates, seeds)
        The figure at the end; infinite where a run diverged. Less is better: of a
        metric to maximize the negative.
    suggestion : float or None
        The median of the best rates of 1,000 draws of the seeds, with replacement,
        where the best is the one with the best median; None where every rate diverged.
    low, high : float or None
        Nine of ten draws have their best rate between.
    sure : float
        The share of the draws whose best rate is within a factor of 3 of the
        suggestion.
    diverges : float or None
        The lowest rate from which on half of the runs diverge.
    sweep : Sweep
        All runs.
    """

    by: str
    rates: Array
    values: Array
    suggestion: float | None
    low: float | None
    high: float | None
    sure: float
    diverges: float | None
    sweep: Sweep

    @property
    def at_the_edge(self) -> bool:
        """Whether the best rate is the lowest or the highest that was tried."""
        return self.suggestion in (self.rates[0], self.rates[-1])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        return {
            "by": self.by,
            "suggestion": self.suggestion,
            "low": self.low,
            "high": self.high,
            "sure": self.sure,
            "diverges": self.diverges,
            "at_the_edge": self.at_the_edge,
            "rates": self.rates,
            "values": self.values,
        }


def find_rate(
    experiment: Experiment,
    low: float = 1e-6,
    high: float = 10.0,
    count: int = 43,
    *,
    seeds: int = 3,
    steps: int | None = None,
    by: str | None = "loss",
    engine: str = "auto",
    jobs: Jobs = None,
    progress: Callable[[], Any] | None = None,
) -> RateTest:
    """Test a range of learning rates.

    Parameters
    ----------
    experiment : Experiment
        Its own rate, or schedule, is replaced by constant ones.
    low, high : float
        The ends.
    count : int
        Rates, evenly spaced by their logarithm.
    seeds : int
        Runs of each rate; one on an analytic function, which has no randomness.
    steps : int, optional
        Of each run; the experiment's own, at most 300, where left out.
    by : str
        The figure to compare at the end.
    engine, jobs, progress
        As for `optlab.sweep`.

    Raises
    ------
    InputError
        If the range is none, or the experiment cannot be run.
    """
    if not 0 < low < high < math.inf or count < 3:
        raise InputError(
            "A range of rates needs 0 < low < high and three rates at least. "
            f"Received: low={low!r}, high={high!r}, count={count!r}"
        )
    rates = [float(f"{rate:.6g}") for rate in np.geomspace(low, high, count)]
    if steps is None:
        steps = min(experiment.build().steps, STEPS)
    length = {"training.epochs": None, "training.steps": steps}
    if experiment.function is not None:
        del length["training.epochs"]
        seeds = 1  # which change nothing
    found = sweep(
        experiment.replace(length),
        {PATH: rates},
        seeds=seeds,
        by=by,
        engine=engine,
        jobs=jobs,
        progress=progress,
    )
    return judge(found.complete())


def judge(found: Sweep) -> RateTest:
    """Return what a sweep over rates says.

    Parameters
    ----------
    found : Sweep
        Over `PATH` alone, with the same seeds for each rate.
    """
    values = np.array(
        [[found.loss_of(p.last(found.by)) for p in row.points] for row in found.rows]
    )
    rates = np.array([row.settings[PATH] for row in found.rows])
    medians = np.median(values, axis=1)
    lost = ~np.isfinite(medians)
    diverges = None
    if lost.any() and not lost.all():
        # From here on, without a break up to the highest.
        after = np.flatnonzero(~lost)[-1] + 1
        diverges = float(rates[after]) if after < len(rates) else None
    if lost.all():
        return RateTest(
            found.by, rates, values, None, None, None, 0.0, float(rates[0]), found
        )
    seeds = values.shape[1]
    drawn = np.random.default_rng(0).integers(0, seeds, (_DRAWS, seeds))
    # Seeds are drawn for all rates together: a run of one rate is compared with the
    # runs of the other rates from the same weights.
    winners = rates[np.argmin(np.median(values[:, drawn], axis=2), axis=0)]
    edges = (1 - _HELD) / 2
    low, best, high = np.quantile(winners, (edges, 0.5, 1 - edges), method="nearest")
    near = np.abs(np.log(winners / best)) <= math.log(NEAR) * (1 + 1e-9)
    return RateTest(
        found.by,
        rates,
        values,
        float(best),
        float(low),
        float(high),
        float(near.mean()),
        diverges,
        found,
    )
