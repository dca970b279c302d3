"""What is measured on each run: named figures, and what is better of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from optlab.cases.measures import rises
from optlab.cases.variant import Trial


@dataclass(frozen=True)
class Figure:
    """One number for each run.

    Parameters
    ----------
    name : str
        Snake case; its key in the results.
    label : str
        For tables and axes, with its unit.
    of : callable
        ``of(trial) -> float``.
    better : {"min", "max"}
        What is better.
    margin : float
        Differences of medians up to this count as none: relative to the larger, or
        absolute where `absolute`.
    absolute : bool
        Whether `margin` is in the figure's own unit.
    of_diverged : bool
        Whether it means something for a run that diverged; else that run counts as
        worse than every other.
    """

    name: str
    label: str
    of: Callable[[Trial], float]
    better: Literal["min", "max"] = "min"
    margin: float = 0.05
    absolute: bool = False
    of_diverged: bool = False

    def measure(self, trial: Trial) -> float:
        """Return the figure of a run; the worst there is where it diverged."""
        if trial.diverged and not self.of_diverged:
            return self.worst
        value = float(self.of(trial))
        return self.worst if math.isnan(value) else value

    @property
    def worst(self) -> float:
        """What a run counts as that has no finite figure."""
        return math.inf if self.better == "min" else -math.inf


def last(key: str) -> Callable[[Trial], float]:
    """Return the function that takes the last value of a column of the history."""
    return lambda trial: float(trial.curve(key)[-1])


def best(key: str) -> Callable[[Trial], float]:
    """Return the function that takes the smallest value of a column of the history."""
    return lambda trial: float(trial.curve(key).min())


def extra(key: str) -> Callable[[Trial], float]:
    """Return what takes a number from the variant's `inspect` or `before`."""
    return lambda trial: float(trial.extra[key])


FINAL_LOSS = Figure("loss", "training loss at the end", last("loss"))
FINAL_VAL_LOSS = Figure("val_loss", "validation loss at the end", last("val_loss"))
BEST_VAL_LOSS = Figure("best_val_loss", "best validation loss", best("val_loss"))
FINAL_ACCURACY = Figure(
    "val_accuracy",
    "validation accuracy at the end",
    last("val_accuracy"),
    "max",
    0.01,
    absolute=True,
)
FINAL_VALUE = Figure("value", "f(x) at the end", last("losses"))
STEPS = Figure(
    "steps", "updates made", lambda t: float(t.steps), "max", 0.0, of_diverged=True
)
RISES = Figure(
    "rises",
    "share of epochs in which the loss rose",
    lambda trial: rises(trial.curve("loss")),
    margin=0.02,
    absolute=True,
)
