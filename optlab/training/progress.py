"""Telling a caller how far a run is, at most a few times a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: Seconds between two reports within an epoch.
INTERVAL = 0.1


class Progress:
    """Calls hooks with the state of a run.

    A hook gets one dictionary: "epoch" (the present one, from 0), "epochs" (how many
    there will be), "step" (updates made), "steps" (how many there will be), "logs" (the
    latest figures) and "epoch_ended" (whether `logs` is a row of the history). For
    `minimize` "epoch" and "epochs" are missing.

    Parameters
    ----------
    hooks : sequence of callable
        Each takes the dictionary.
    epochs : int or None
        Epochs that the run aims at.
    steps : int
        Steps that the run aims at.
    """

    def __init__(
        self,
        hooks: Sequence[Callable[[dict[str, Any]], Any]],
        epochs: int | None,
        steps: int,
    ) -> None:
        self._hooks = hooks
        self._totals: dict[str, Any] = {"steps": steps}
        if epochs is not None:
            self._totals["epochs"] = epochs
        self._last = 0.0
        self._logs: dict[str, float] = {}

    def step(self, epoch: int | None, step: int, loss: float) -> None:
        """Report a step, if the last report is some time ago."""
        now = time.perf_counter()
        if now - self._last >= INTERVAL:
            self._report(epoch, step, {**self._logs, "loss": loss}, False)
            self._last = now

    def epoch(self, epoch: int | None, step: int, logs: Mapping[str, float]) -> None:
        """Report the end of an epoch; always."""
        self._logs = dict(logs)
        self._report(epoch, step, self._logs, True)
        self._last = time.perf_counter()

    def _report(
        self, epoch: int | None, step: int, logs: Mapping[str, float], ended: bool
    ) -> None:
        found = {**self._totals, "step": step, "logs": dict(logs), "epoch_ended": ended}
        if epoch is not None:
            found["epoch"] = epoch
        for hook in self._hooks:
            hook(found)
