"""All runs of a case as medians, ranges and paired comparisons.

Two variants are compared by pairing their runs with the same seed. One is better where
at least four pairs in five say so *and* the medians differ by more than the figure's
margin; worse the other way round; else the two are the same. A verdict never rests on
one run.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from optlab.cases.figures import Figure
from optlab.cases.variant import Trial
from optlab.errors import unknown_name

#: The share of pairs that must agree.
AGREE = 0.8

Relation = Literal["better", "same", "worse"]


@dataclass(frozen=True)
class Spread:
    """A figure over the seeds of a variant; infinite where runs diverged."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return median and extremes."""
        return cls(statistics.median(values), min(values), max(values))

    def __str__(self) -> str:
        """Write the median and the range."""
        return f"{number(self.median)} ({number(self.low)} to {number(self.high)})"


@dataclass(frozen=True)
class Comparison:
    """How a variant did against another on one figure."""

    figure: str
    variant: str
    other: str
    relation: Relation
    median: float
    other_median: float
    wins: int
    losses: int
    pairs: int

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.figure}: {self.variant} is {_WORDS[self.relation]} {self.other} "
            f"({number(self.median)} against {number(self.other_median)}; "
            f"better with {self.wins}, worse with {self.losses} of {self.pairs} seeds)"
        )


_WORDS = {"better": "better than", "same": "much like", "worse": "worse than"}


@dataclass
class Findings:
    """What the variants of a case came to.

    Attributes
    ----------
    trials : dict of str to list of Trial
        By variant, in the order of the seeds.
    figures : sequence of Figure
        What was measured.
    comparisons : list of Comparison
        Those that the judge asked for.
    notes : dict of str to float
        Further numbers that the judge worked out, by name.
    """

    trials: Mapping[str, Sequence[Trial]]
    figures: Sequence[Figure]
    comparisons: list[Comparison] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def seeds(self) -> int:
        """How many runs a variant has."""
        return min(len(trials) for trials in self.trials.values())

    def values(self, figure: Figure, variant: str) -> list[float]:
        """Return a figure for each seed of a variant."""
        if variant not in self.trials:
            raise unknown_name("variant", variant, self.trials)
        return [figure.measure(trial) for trial in self.trials[variant]]

    def spread(self, figure: Figure, variant: str) -> Spread:
        """Return median and range of a figure."""
        return Spread.of(self.values(figure, variant))

    def median(self, figure: Figure, variant: str) -> float:
        """Return the median of a figure."""
        return self.spread(figure, variant).median

    def diverged(self, variant: str) -> int:
        """Return how many runs of a variant diverged."""
        return sum(trial.diverged for trial in self.trials[variant])

    def compare(self, figure: Figure, variant: str, other: str) -> Relation:
        """Compare two variants, and note the comparison among the results.

        Returns
        -------
        {"better", "same", "worse"}
            How `variant` did.
        """
        ours, theirs = self.values(figure, variant), self.values(figure, other)
        sign = 1.0 if figure.better == "min" else -1.0
        pairs = [(sign * a, sign * b) for a, b in zip(ours, theirs, strict=True)]
        wins = sum(a < b for a, b in pairs)
        losses = sum(a > b for a, b in pairs)
        medians = statistics.median(ours), statistics.median(theirs)
        relation: Relation = "same"
        if _apart(*medians, figure):
            if wins >= AGREE * len(pairs):
                relation = "better"
            elif losses >= AGREE * len(pairs):
                relation = "worse"
        self.comparisons.append(
            Comparison(
                figure.name,
                variant,
                other,
                relation,
                *medians,
                wins,
                losses,
                len(pairs),
            )
        )
        return relation

    def note(self, **numbers: Any) -> None:
        """Add numbers to the results."""
        self.notes |= numbers

    def to_dict(self) -> dict[str, Any]:
        """Return everything measured as plain dictionaries."""
        variants = {}
        for variant, trials in self.trials.items():
            variants[variant] = {
                "runs": len(trials),
                "diverged": self.diverged(variant),
                **{
                    figure.name: {
                        **asdict(self.spread(figure, variant)),
                        "values": self.values(figure, variant),
                    }
                    for figure in self.figures
                },
            }
        return {
            "seeds": [trial.seed for trial in next(iter(self.trials.values()))],
            "variants": variants,
            "comparisons": [asdict(comparison) for comparison in self.comparisons],
            **self.notes,
        }


def _apart(a: float, b: float, figure: Figure) -> bool:
    """Whether two medians differ by more than the figure's margin."""
    if a == b:
        return False
    if not (math.isfinite(a) and math.isfinite(b)):
        return True
    unit = 1.0 if figure.absolute else max(abs(a), abs(b))
    return abs(a - b) > figure.margin * unit


def listed(words: Sequence[str]) -> str:
    """Return words as "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)


def number(value: float | None, digits: int = 3) -> str:
    """Write a number for a table; no finite one is a diverged run."""
    if value is None or not math.isfinite(value):
        return "diverged"
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        power = int(exponent)
        if 0 <= power <= 5:
            return f"{value:.0f}"
        return f"{mantissa}e{power}"
    return text
