"""The rows of a report drawn together: one line a subject, one column a mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from optlab.validation.results import Result

#: Columns of the table, in order; others follow as they come.
MODES = (
    "eager",
    "unoptimized",
    "function",
    "function model",
    "xla",
    "xla model",
)


#: The groups of results, in the order in which they are shown.
GROUPS = (
    "yours",
    "runs",
    "optimizers",
    "random",
    "fits",
    "losses",
    "metrics",
    "schedules",
    "layers",
)
#: Roundings from which a relative distance says more.
_MANY = 1e4


@dataclass
class Line:
    """All results of one subject.

    Attributes
    ----------
    cells : dict
        Mode -> its results.
    """

    group: str
    subject: str
    cells: dict[str, list[Result]] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether every cell is within its tolerance."""
        return all(result.passed for found in self.cells.values() for result in found)


def lines(results: Sequence[Result]) -> list[Line]:
    """Group results by subject, in the order of `GROUPS` and in which they came.

    Losses, layers and schedules of one kind share a line, because there are many.
    """
    found: dict[tuple[str, str], Line] = {}
    for result in results:
        key = result.group, _subject(result)
        line = found.setdefault(key, Line(*key))
        line.cells.setdefault(mode_of(result), []).append(result)
    return sorted(found.values(), key=lambda line: GROUPS.index(line.group))


def modes(results: Sequence[Result]) -> list[str]:
    """Return the columns that the results need."""
    present = list(dict.fromkeys(mode_of(result) for result in results))
    known = [mode for mode in MODES if mode in present]
    return known + [mode for mode in present if mode not in known]


def mode_of(result: Result) -> str:
    """Return the column of a result; threads on our side do not open another."""
    if result.group == "runs":
        return f"drift, {result.dtype}"
    return result.mode.partition(",")[0]


def _subject(result: Result) -> str:
    if result.group == "layers":
        return "activations" if result.label.startswith("activation ") else "layers"
    if result.group in ("losses", "schedules", "random"):
        return result.label.split()[0]
    return result.label


def cell(found: Sequence[Result]) -> str:
    """Write a cell: 0 for the same bits, else the largest distance.

    Units in the last place where the tolerance is in them, else roundings ("r"), or
    where these are very many the relative distance ("rel").
    """
    if not found:
        return ""
    failed = [result for result in found if not result.passed]
    if failed:
        return "FAIL " + _distance(failed)
    if all(result.refused for result in found):
        return "n/a"
    notes = [result.note for result in found if result.note]
    return notes[0] if notes else _distance(found)


def _distance(found: Sequence[Result]) -> str:
    if all(result.error for result in found):
        return ""
    ulp = max(result.ulp for result in found)
    if ulp == 0:
        return "0"
    if all(result.tolerance.roundings == 0 for result in found):
        return f"{ulp} ULP"
    roundings = max(result.roundings for result in found)
    if roundings < _MANY:
        return f"{roundings:.2g} r"
    relative = max(
        result.roundings * float(np.finfo(result.dtype).eps) for result in found
    )
    return f"{relative:.1g} rel"


def verdict(results: Sequence[Result], versions: dict[str, str]) -> str:
    """Say in one line whether everything agrees, and on what."""
    where = (
        f"TensorFlow {versions['tensorflow']}, Keras {versions['keras']}, "
        f"{versions['intra_op_threads']} thread in TensorFlow"
    )
    failed = [result for result in results if not result.passed]
    if failed:
        return (
            f"{len(failed)} of {len(results)} comparisons are outside their tolerance "
            f"({where}). First: {failed[0].messages()[0]}."
        )
    exact = sum(result.exact for result in results)
    notes = "".join(
        f" {result.label}, {result.dtype}:"
        f"{'' if result.exact else ' drift'} {result.note}."
        for result in results
        if result.note
    )
    return (
        f"All {len(results)} comparisons are within their tolerance, {exact} of them "
        f"the same bits ({where}).{notes}"
    )
