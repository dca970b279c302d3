"""A run written down while it goes on, to be resumed where it was killed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from optlab.run import Run
from optlab.training.arguments import positive


@dataclass(frozen=True)
class Checkpoint:
    """Where a run is written while it goes on, and how often.

    The file is a record like any other, of a run that was interrupted there: a run that
    is resumed from it has the same bits as one that was not broken.

    Parameters
    ----------
    path : path
        The file; the new one replaces the old when it is complete.
    epochs : int, optional
        After every so many epochs.
    steps : int, optional
        After every so many steps.

    Raises
    ------
    InputError
        If a number is below 1. Both may be given; with neither it is every epoch.
    """

    path: str | os.PathLike[str]
    epochs: int | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        if self.epochs is not None:
            positive("epochs", self.epochs)
        if self.steps is not None:
            positive("steps", self.steps)

    def after_epoch(self, epochs: int) -> bool:
        """Whether one is due after so many epochs."""
        every = self.epochs or (1 if self.steps is None else None)
        return every is not None and epochs % every == 0

    def after_step(self, steps: int) -> bool:
        """Whether one is due after so many steps."""
        return self.steps is not None and steps % self.steps == 0

    def write(self, run: Run) -> Path:
        """Write a run that is going on, as if it had been interrupted here."""
        status, run.status = run.status, "interrupted"
        try:
            return run.save(self.path)
        finally:
            run.status = status
