r"""What a comparison of optimizers found, and what may be said of it.

The *win probability* of A against B is the chance that a run of A ends better than one
of B from the same first weights, ties counting half, averaged over the problems. Its
interval comes from a bootstrap over the seeds, and over the problems where there are
several: Efron, Tibshirani, "An introduction to the bootstrap", 1993.

A *profile* is the share of all runs that have reached a problem's target after a share
of the steps: Dolan, Moré, "Benchmarking optimization software with performance
profiles", 2002. The target is 90 % of the way, by the loss on the training rows, from
the median start to the best median end.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.plain import finite, plain
from optlab.typing import Array

#: Draws of the bootstrap, and the share of them an interval holds.
DRAWS, HELD = 2000, 0.95
#: Which share of the way from start to best end is a target.
TARGET = 0.9
#: Points of a profile.
GRID = 101


@dataclass(frozen=True)
class Tuned:
    """One competitor on one problem.

    Attributes
    ----------
    rate : float or None
        The learning rate that the tuning chose; None where all diverged.
    tried, tuning : ndarray, shape (budget,)
        All rates, and where each ended; infinite where it diverged.
    ends : ndarray, shape (seeds,)
        Where the runs with the chosen rate ended, less is better; infinite where they
        diverged.
    curves : list of ndarray
        The loss on the training rows after each epoch (a function: step), of each run.
    """

    rate: float | None
    tried: Array
    tuning: Array
    ends: Array
    curves: list[Array]


@dataclass(frozen=True)
class Win:
    """The win probability of one competitor against another, with its interval."""

    first: str
    second: str
    probability: float
    low: float
    high: float

    @property
    def is_noise(self) -> bool:
        """Whether the interval holds one half."""
        return self.low <= 0.5 <= self.high


@dataclass(frozen=True)
class Comparison:
    """What `compare` returns.

    Attributes
    ----------
    problems, competitors : tuple of str
    by : dict of str to str
        The figure that was compared, by problem.
    budget, seeds : int
    found : dict of (str, str) to Tuned
        By problem and competitor.
    """

    problems: tuple[str, ...]
    competitors: tuple[str, ...]
    by: dict[str, str]
    budget: int
    seeds: int
    found: dict[tuple[str, str], Tuned]

    def quartiles(self, problem: str, competitor: str) -> tuple[float, float, float]:
        """Return lower quartile, median and upper quartile; infinite: diverged."""
        ends = sorted(self.found[problem, competitor].ends)
        return _between(ends, 0.25), _between(ends, 0.5), _between(ends, 0.75)

    def ranks(self) -> Array:
        """Return the ranks by the median end, shape (problems, competitors)."""
        rows = []
        for problem in self.problems:
            medians = np.array(
                [self.quartiles(problem, c)[1] for c in self.competitors]
            )
            better = (medians[None] < medians[:, None]).sum(axis=1)
            same = (medians[None] == medians[:, None]).sum(axis=1)
            rows.append(better + (same + 1) / 2)
        return np.array(rows)

    def ranking(self) -> list[tuple[str, float]]:
        """Return the competitors with their mean ranks, the best first."""
        means = self.ranks().mean(axis=0)
        pairs = zip(self.competitors, means.tolist(), strict=True)
        return sorted(pairs, key=lambda pair: pair[1])

    def win(self, first: str, second: str) -> Win:
        """Return the probability that the first ends better than the second."""
        scores = np.array(
            [
                _scores(self.found[p, first].ends, self.found[p, second].ends)
                for p in self.problems
            ]
        )
        rng = np.random.default_rng(0)
        many, seeds = scores.shape
        shape = (DRAWS, many)
        rows = rng.integers(0, many, shape) if many > 1 else np.zeros(shape, int)
        columns = rng.integers(0, seeds, (*shape, seeds))
        drawn = scores[rows[..., None], columns].mean(axis=(1, 2))
        edge = (1 - HELD) / 2
        low, high = np.quantile(drawn, (edge, 1 - edge)).tolist()
        return Win(first, second, float(scores.mean()), low, high)

    def profile(self, competitor: str) -> tuple[Array, Array]:
        """Return shares of the steps, and the shares of runs at the target by then."""
        at = np.linspace(0, 1, GRID)
        reached = []
        for problem in self.problems:
            target = self._target(problem)
            for curve in self.found[problem, competitor].curves:
                below = np.flatnonzero(curve <= target)
                share = (below[0] + 1) / len(curve) if len(below) else math.inf
                reached.append(share)
        return at, np.array([(np.array(reached) <= a).mean() for a in at])

    def _target(self, problem: str) -> float:
        curves = [
            c for name in self.competitors for c in self.found[problem, name].curves
        ]
        starts = [c[0] for c in curves if len(c) and math.isfinite(c[0])]
        ends = []
        for name in self.competitors:
            last = [
                c[-1] if len(c) and math.isfinite(c[-1]) else math.inf
                for c in self.found[problem, name].curves
            ]
            ends.append(float(np.median(last)))
        if not starts or not math.isfinite(min(ends)):
            return -math.inf
        start = float(np.median(starts))
        return start + TARGET * (min(ends) - start)

    def verdict(self) -> str:
        """Return the outcome in one sentence."""
        ranking = self.ranking()
        best = ranking[0][0]
        if len(ranking) == 1:
            return f"{best} had no competitor."
        win = self.win(best, ranking[1][0])
        where = (
            f"on {len(self.problems)} problems"
            if len(self.problems) > 1
            else f"on {self.problems[0]}"
        )
        chance = (
            f"wins {win.probability:.0%} of the runs from the same start "
            f"(95 % interval {win.low:.0%} to {win.high:.0%})"
        )
        tuned = f"each tuned with {self.budget} runs, {self.seeds} seeds"
        if win.is_noise:
            return (
                f"{best} ranks first and {win.second} second {where}, but the "
                f"difference is noise: {best} {chance}; {tuned}."
            )
        return f"{best} is better than {win.second} {where}: it {chance}; {tuned}."

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, ready for JSON."""
        rows = []
        for problem in self.problems:
            for name in self.competitors:
                tuned = self.found[problem, name]
                low, middle, high = self.quartiles(problem, name)
                rows.append(
                    {
                        "problem": problem,
                        "competitor": name,
                        "by": self.by[problem],
                        "rate": tuned.rate,
                        "median": middle,
                        "lower_quartile": low,
                        "upper_quartile": high,
                        "diverged": int((~np.isfinite(tuned.ends)).sum()),
                        "ends": tuned.ends,
                        "tried": tuned.tried,
                        "tuning": tuned.tuning,
                    }
                )
        best = self.ranking()[0][0]
        wins = [self.win(best, name) for name in self.competitors if name != best]
        found: dict[str, Any] = plain(
            {
                "verdict": self.verdict(),
                "budget": self.budget,
                "seeds": self.seeds,
                "ranking": [
                    {"competitor": c, "mean_rank": r} for c, r in self.ranking()
                ],
                "wins": [
                    {
                        "first": win.first,
                        "second": win.second,
                        "probability": win.probability,
                        "low": win.low,
                        "high": win.high,
                        "noise": win.is_noise,
                    }
                    for win in wins
                ],
                "results": rows,
            },
            finite,
        )
        return found


def _between(values: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, which may be infinite, by straight lines."""
    place = share * (len(values) - 1)
    below, above = float(values[math.floor(place)]), float(values[math.ceil(place)])
    return below if below == above else below + (place % 1) * (above - below)


def _scores(first: Array, second: Array) -> Array:
    """Return 1 where the first ended better, 0 where worse, a half where even."""
    found: Array = (first < second) + 0.5 * (first == second)
    return found
