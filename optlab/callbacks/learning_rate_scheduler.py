"""Set the learning rate at the beginning of each epoch."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from optlab.callbacks.base import Callback, Logs
from optlab.errors import InputError
from optlab.lookup import takes


class LearningRateScheduler(Callback):
    """Set the rate to ``schedule(epoch, rate)`` before each epoch.

    Parameters
    ----------
    schedule : callable or dict
        Takes the epoch, from 0, and the current rate, or the epoch alone; returns the
        new rate as a float. A dictionary or a name is looked up among the schedules of
        `optlab.schedules`, which then count epochs instead of steps.
    verbose : int
        Above 0, the rates are told on standard error.

    Raises
    ------
    InputError
        If `schedule` is none of these; at the start of a run, if the optimizer's rate
        follows a schedule of its own; in an epoch, if no finite float comes back.
    """

    log_names: ClassVar[tuple[str, ...]] = ("learning_rate",)

    def __init__(
        self,
        schedule: Callable[..., float] | Mapping[str, Any] | str,
        verbose: int = 0,
    ) -> None:
        self._given = schedule
        if isinstance(schedule, (Mapping, str)):
            from optlab import schedules

            schedule = schedules.get(schedule)
        if not callable(schedule):
            raise InputError(
                "`schedule` must be a function of the epoch and the rate. "
                f"Received: schedule={schedule!r}"
            )
        self.schedule: Callable[..., float] = schedule
        self.verbose = verbose
        self._takes_rate = takes(schedule, 0, 0.1)

    def attach(
        self,
        model: Any,
        optimizer: Any,
        run: Any,
        directions: Mapping[str, str | None],
    ) -> None:
        """Check that the rate can be set."""
        super().attach(model, optimizer, run, directions)
        check_settable(optimizer, type(self).__name__)

    def on_epoch_begin(self, epoch: int) -> None:
        """Set the rate."""
        # tf.keras holds the rate in float32 and hands that number on.
        current = float(np.float32(self.optimizer.learning_rate))
        arguments = (epoch, current) if self._takes_rate else (epoch,)
        rate = self.schedule(*arguments)
        if not isinstance(rate, (float, np.floating)) or not math.isfinite(rate):
            raise InputError(
                "The `schedule` of LearningRateScheduler must return a finite float. "
                f"Received: {rate!r} for epoch {epoch}"
            )
        self.optimizer.learning_rate = float(rate)
        if self.verbose > 0:
            print(f"Epoch {epoch + 1}: learning rate {rate:g}.", file=sys.stderr)

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Log the rate."""
        logs["learning_rate"] = float(self.optimizer.learning_rate)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"schedule": self._given, "verbose": self.verbose}


class _ScheduledRate(InputError, TypeError):
    """An InputError for us and the TypeError that tf.keras raises here."""


def check_settable(optimizer: Any, owner: str) -> None:
    """Raise where the optimizer's rate follows a schedule and cannot be set."""
    try:
        optimizer.learning_rate = optimizer.learning_rate
    except TypeError:
        raise _ScheduledRate(
            f"{owner} sets the learning rate, but this optimizer's rate follows a "
            "schedule. Give the optimizer a number as its `learning_rate`."
        ) from None
