"""What a cause is: a definition, a symptom, a test, and a cure; and their registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from optlab.diagnosis.edits import Edit
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.thresholds import READABLE
from optlab.diagnosis.watch import Watch
from optlab.errors import unknown_name


@dataclass
class Suspicion:
    """A cause that the evidence points to, and the changes that would remove it.

    Attributes
    ----------
    weight : float
        How strongly the evidence points to it, from 0 to 1; it decides what is named
        first among causes whose removal cures equally well. 0.9 and more: the fault can
        be read off data or set-up. 0.5 to 0.9: unusual, and known to do harm. Below
        0.5: tried as a guard.
    evidence : dict
        The numbers behind it.
    cures : list of Edit
        Alternative changes, the smallest first.
    """

    weight: float
    evidence: dict[str, Any]
    cures: list[Edit] = field(default_factory=list)

    @property
    def readable(self) -> bool:
        """Whether it is a fault that no run is needed for."""
        return self.weight >= READABLE


#: A test: facts and what was watched -> a suspicion, or None.
Test = Callable[[Facts, Watch], Suspicion | None]


@dataclass(frozen=True)
class Cause:
    """One entry of the catalogue of causes.

    Attributes
    ----------
    name : str
        Such as "data.unscaled_inputs".
    definition, symptom, cure : str
        One sentence each, for the report.
    test : callable
        See `Test`.
    """

    name: str
    definition: str
    symptom: str
    cure: str
    test: Test


CAUSES: dict[str, Cause] = {}


def cause(
    name: str, *, definition: str, symptom: str, cure: str
) -> Callable[[Test], Test]:
    """Register a test function as a cause."""

    def decorate(test: Test) -> Test:
        CAUSES[name] = Cause(name, definition, symptom, cure, test)
        return test

    return decorate


def get(name: str) -> Cause:
    """Return a cause by its name.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    if name not in CAUSES:
        raise unknown_name("cause", name, CAUSES)
    return CAUSES[name]


def graded(value: float, *grades: tuple[float, float]) -> float:
    """Return the weight of the highest bound that `value` reaches; 0 below them all."""
    reached = [weight for bound, weight in grades if value >= bound]
    return max(reached, default=0.0)
