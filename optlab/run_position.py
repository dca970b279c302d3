"""Where a run stands, and the version of the file that says so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The version of the file format; a file with a higher one is refused.
FORMAT = 1


@dataclass
class Position:
    """Where a run stands, with all that its next step depends on besides the weights.

    Attributes
    ----------
    epoch, batch : int
        The next step is batch `batch` of epoch `epoch`, both from 0.
    total, count : float, int
        The running sum of the epoch's loss over rows, and the rows.
    metrics : list
        What each metric has counted in this epoch.
    generator : dict or None
        The state of the epoch's random generator for dropout; None before its first
        step.
    callbacks : list of dict
        The state of each callback.
    learning_rate : float or None
        The optimizer's rate, where it is a number.
    partial_row : bool
        Whether the history's last row is of this unfinished epoch.
    """

    epoch: int = 0
    batch: int = 0
    total: float = 0.0
    count: int = 0
    metrics: list[Any] = field(default_factory=list)
    generator: dict[str, Any] | None = None
    callbacks: list[dict[str, Any]] = field(default_factory=list)
    learning_rate: float | None = None
    partial_row: bool = False
