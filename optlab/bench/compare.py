"""What became slower between two files of results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optlab.bench import machine
from optlab.bench.results import SubjectResult, rows
from optlab.errors import InputError

#: A row is slower where both its median and its minimum grew by this factor. One alone
#: is noise: a busy machine moves medians, a lucky round moves minima.
THRESHOLD = 1.25


@dataclass(frozen=True)
class Change:
    """One row in both files.

    Attributes
    ----------
    old, new : SubjectResult
        The two.
    slower : bool
        Whether it is past the threshold.
    """

    old: SubjectResult
    new: SubjectResult
    slower: bool

    @property
    def ratio(self) -> float:
        """New median over old."""
        return self.new.median / self.old.median

    @property
    def least(self) -> float:
        """New minimum over old."""
        return self.new.minimum / self.old.minimum


def check_machine(old: Mapping[str, Any], new: Mapping[str, Any], anyway: bool) -> None:
    """Refuse results of another machine.

    Raises
    ------
    InputError
        If the machines differ and `anyway` is false.
    """
    found = machine.differences(old["machine_info"], new["machine_info"])
    if found and not anyway:
        raise InputError(
            "The results to compare with are from another machine "
            f"({'; '.join(found)}). To compare them nevertheless: --other-machine"
        )


def compare(
    old: Mapping[str, Any], new: Mapping[str, Any], threshold: float = THRESHOLD
) -> list[Change]:
    """Pair the rows of two documents, the slowest change first.

    Parameters
    ----------
    old, new : mapping
        Documents.
    threshold : float
        From which factor a row counts as slower.

    Raises
    ------
    InputError
        If they have no row of optlab's in common.
    """
    before = {row.key: row for row in rows(old)}
    changes = []
    for row in rows(new):
        if row.key in before:
            other = before[row.key]
            slower = (
                row.median > threshold * other.median
                and row.minimum > threshold * other.minimum
            )
            changes.append(Change(other, row, slower))
    if not any(change.new.ours for change in changes):
        raise InputError("The two results have no case of optlab's in common.")
    return sorted(changes, key=lambda change: change.ratio, reverse=True)
