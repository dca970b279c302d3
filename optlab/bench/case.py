"""What is timed: a case, its subjects, and the proof that they compute the same.

A case is one piece of work, such as an Adam step on 10,000 parameters. A subject is one
way to do it. The first subject is the reference, ours; every other one must have given
the same result, within the tolerance that it states with its reason, before anything is
timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.typing import Array

#: The names of ours and of the physical limit among the subjects.
OURS = "optlab"
LIMIT = "limit"
#: Elements that are compared at a time.
_PIECE = 1 << 20


@dataclass
class Subject:
    """One way to do the work of a case.

    Attributes
    ----------
    name : str
        "optlab", "torch-fused", ...
    run : callable
        Does the work once; only this is timed.
    result : callable or None
        The arrays that it has made so far, for the comparison; None where there is
        nothing to compare (the physical limit).
    before : int
        How often `run` is called before `result` is asked for.
    tolerance : float
        How far a result may be from ours, as a part of its largest magnitude; 0 means
        the same bits.
    reason : str
        Why not the same bits.
    """

    name: str
    run: Callable[[], object]
    result: Callable[[], Sequence[Array]] | None = None
    before: int = 1
    tolerance: float = 0.0
    reason: str = "same bits"


@dataclass
class Benchmark:
    """One piece of work with the makers of its subjects.

    Attributes
    ----------
    suite : str
        "step", "loss", ...
    group : str
        What is compared with what: one table has the cases of one group.
    name : str
        Unique within the suite.
    subjects : dict of str to callable
        Makers of subjects by name, called when the case is run. A maker returns None
        where the peer has no such thing.
    bytes_moved : int
        The bytes that one call has to read and write; 0 where memory is not the limit.
    needed : dict of str to int
        Bytes that each subject allocates.
    unit_count : int
        Parameters of the step, elements of the loss, steps of the fit, ...
    unit : str
        What these are.
    budget : float
        Seconds, as a multiple of what the user asked for.
    params : dict
        What a reader of the results may want to select by.
    forget : callable
        Lets go of the data that the subjects share; called after the case.
    """

    suite: str
    group: str
    name: str
    subjects: dict[str, Callable[[], Subject | None]]
    bytes_moved: int = 0
    needed: dict[str, int] = field(default_factory=dict)
    unit_count: int = 1
    unit: str = "call"
    budget: float = 1.0
    params: dict[str, Any] = field(default_factory=dict)
    forget: Callable[[], object] = lambda: None

    def memory(self) -> int:
        """Return the bytes that all subjects together need."""
        return sum(self.needed.get(name, 0) for name in self.subjects)


class ParityError(RuntimeError):
    """A subject computes something else than ours, so timing it would mean nothing."""


def check_parity(ours: Sequence[Array], theirs: Sequence[Array], of: Subject) -> None:
    """Raise unless a subject's results are ours, within its tolerance.

    Raises
    ------
    ParityError
        Naming the subject, the place, both values and the distance.
    """
    if len(ours) != len(theirs):
        raise ParityError(
            f"{of.name} returned {len(theirs)} arrays, expected {len(ours)}."
        )
    for index, (actual, expected) in enumerate(zip(theirs, ours, strict=True)):
        _check_one(np.asarray(actual), np.asarray(expected), index, of)


def _check_one(actual: Array, expected: Array, index: int, of: Subject) -> None:
    """Compare one array, piece by piece: the comparison makes many temporaries."""
    from optlab.validation.parity import EXACT, Tolerance, assert_parity

    tolerance = EXACT
    if of.tolerance and expected.size:
        largest = max(float(expected.max()), -float(expected.min()))
        tolerance = Tolerance(absolute=of.tolerance * largest, reason=of.reason)
    if actual.shape != expected.shape:
        raise ParityError(
            f"{of.name}: result {index} has shape {actual.shape}, "
            f"expected {expected.shape}."
        )
    a, e = actual.reshape(-1), expected.reshape(-1)
    for start in range(0, max(a.size, 1), _PIECE):
        stop = start + _PIECE
        where = f"result {index} from {start}"
        try:
            assert_parity(
                a[start:stop], e[start:stop], tolerance, subject=of.name, tensor=where
            )
        except AssertionError as error:
            raise ParityError(str(error)) from error
