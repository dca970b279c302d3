"""Cut the learning rate when a figure no longer improves.

As in tf.keras: the new rate is ``max(rate * factor, min_lr)``; during a cooldown bad
epochs do not count; with the default `min_delta` of 1e-4 a slower improvement counts as
none; a NaN is no improvement, so a first epoch without a number cuts after `patience`;
the cut rate stays in the optimizer after the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from optlab.callbacks.base import Logs
from optlab.callbacks.learning_rate_scheduler import check_settable
from optlab.callbacks.monitor import MonitorCallback, count, number
from optlab.errors import InputError


class ReduceLROnPlateau(MonitorCallback):
    """Multiply the rate by `factor` after `patience` epochs without improvement.

    Parameters
    ----------
    monitor : str
        The figure to watch.
    factor : float
        In (0, 1).
    patience : int
        How many epochs without improvement lead to a cut.
    verbose : int
        Above 0, cuts are told on standard error.
    mode : {"auto", "min", "max"}
        Which way is better.
    min_delta : float
        Only a change larger than this is an improvement.
    cooldown : int
        Epochs after a cut in which bad epochs do not count.
    min_lr : float
        The rate is not cut below it.

    Raises
    ------
    InputError
        If an argument is out of range, or (at the start of a run) the optimizer's rate
        follows a schedule.
    """

    log_names: ClassVar[tuple[str, ...]] = ("learning_rate",)

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta, verbose)
        self.factor = number("factor", factor)
        if not 0 < self.factor < 1:
            raise InputError(f"`factor` must be in (0, 1). Received: factor={factor}")
        self.patience = count("patience", patience)
        self.cooldown = count("cooldown", cooldown)
        self.min_lr = number("min_lr", min_lr)
        self._forget()

    def _forget(self) -> None:
        self.best: float | None = None
        self.wait = 0
        self.cooldown_counter = 0

    def attach(
        self,
        model: Any,
        optimizer: Any,
        run: Any,
        directions: Mapping[str, str | None],
    ) -> None:
        """Check the figure, and that the rate can be set."""
        super().attach(model, optimizer, run, directions)
        check_settable(optimizer, type(self).__name__)

    def on_train_begin(self) -> None:
        """Forget an earlier run."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Log the rate, compare, cut."""
        logs["learning_rate"] = float(self.optimizer.learning_rate)
        value = self.current(logs)
        if value is None:
            return
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.wait = 0
        if self.is_improvement(value, self.best):
            self.best = value
            self.wait = 0
        elif self.cooldown_counter <= 0:
            self.wait += 1
            # tf.keras holds the rate in float32, and each cut begins from there.
            rate = float(np.float32(self.optimizer.learning_rate))
            if self.wait >= self.patience and rate > float(np.float32(self.min_lr)):
                cut = max(rate * self.factor, self.min_lr)
                self.optimizer.learning_rate = cut
                self.tell(f"Epoch {epoch + 1}: learning rate cut to {cut:g}.")
                self.cooldown_counter = self.cooldown
                self.wait = 0

    def save_state(self) -> dict[str, Any]:
        """Return the wait, the cooldown and the best figure."""
        return {
            "best": self.best,
            "wait": self.wait,
            "cooldown_counter": self.cooldown_counter,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take up what `save_state` returned."""
        self.best = state["best"]
        self.wait = int(state["wait"])
        self.cooldown_counter = int(state["cooldown_counter"])

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "monitor": self.monitor,
            "factor": self.factor,
            "patience": self.patience,
            "verbose": self.verbose,
            "mode": self.mode,
            "min_delta": self.min_delta,
            "cooldown": self.cooldown,
            "min_lr": self.min_lr,
        }
