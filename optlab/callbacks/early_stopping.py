"""Stop when a figure no longer improves.

As in tf.keras: with `restore_best_weights` the best weights come back at the end of
every run, also of one that was never stopped; epochs before `start_from_epoch` do not
count, however good; the first epoch never stops a run; and the wait restarts only
where a `baseline`, if given, is beaten as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optlab.callbacks.base import Logs
from optlab.callbacks.monitor import MonitorCallback, count, number
from optlab.errors import InputError
from optlab.lookup import flag


class EarlyStopping(MonitorCallback):
    """Stop when `monitor` has not improved for `patience` epochs.

    Parameters
    ----------
    monitor : str
        The figure to watch.
    min_delta : float
        Only a change larger than this is an improvement.
    patience : int
        How many epochs without improvement end the run.
    verbose : int
        Above 0, the stop is told on standard error.
    mode : {"auto", "min", "max"}
        Which way is better.
    baseline : float, optional
        Epochs that do not beat it count as no improvement.
    restore_best_weights : bool
        Whether the model gets the weights of its best epoch at the end.
    start_from_epoch : int
        The first epoch to look at, counted from 0.

    Attributes
    ----------
    best : float or None
        The best figure so far.
    best_epoch, stopped_epoch : int
        Counted from 0; `stopped_epoch` is 0 where the run was not stopped.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta, verbose)
        self.patience = count("patience", patience)
        self.baseline = None if baseline is None else number("baseline", baseline)
        self.restore_best_weights = flag("restore_best_weights", restore_best_weights)
        self.start_from_epoch = count("start_from_epoch", start_from_epoch)
        self._forget()

    def _forget(self) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best: float | None = None
        self.best_epoch = 0
        self.best_weights: list[Any] | None = None

    def attach(
        self,
        model: Any,
        optimizer: Any,
        run: Any,
        directions: Mapping[str, str | None],
    ) -> None:
        """Check the figure, and that there are weights to restore."""
        super().attach(model, optimizer, run, directions)
        if model is None and self.restore_best_weights:
            raise InputError(
                "EarlyStopping can restore the best weights of a model only; the best "
                "point of a minimization is in `run.trajectory`."
            )

    def on_train_begin(self) -> None:
        """Forget an earlier run."""
        self._forget()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Compare, keep the best weights, stop when patience is over."""
        value = self.current(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self._keep(epoch)
        self.wait += 1
        if self.is_improvement(value, self.best):
            self.best = value
            self._keep(epoch)
            if self.baseline is None or self.is_improvement(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.stop_training = True

    def _keep(self, epoch: int) -> None:
        self.best_epoch = epoch
        if self.restore_best_weights:
            self.best_weights = [weight.copy() for weight in self.model.get_weights()]

    def on_train_end(self) -> None:
        """Put the best weights back."""
        if self.stopped_epoch:
            self.tell(f"Epoch {self.stopped_epoch + 1}: early stopping.")
        if self.best_weights is not None:
            self.tell(f"Restoring the weights of epoch {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)

    def save_state(self) -> dict[str, Any]:
        """Return the wait, the best figure and the best weights."""
        return {
            "wait": self.wait,
            "stopped_epoch": self.stopped_epoch,
            "best": self.best,
            "best_epoch": self.best_epoch,
            "best_weights": self.best_weights,
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take up what `save_state` returned."""
        self.wait = int(state["wait"])
        self.stopped_epoch = int(state["stopped_epoch"])
        self.best = state["best"]
        self.best_epoch = int(state["best_epoch"])
        self.best_weights = state["best_weights"]

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {
            "monitor": self.monitor,
            "min_delta": self.min_delta,
            "patience": self.patience,
            "verbose": self.verbose,
            "mode": self.mode,
            "baseline": self.baseline,
            "restore_best_weights": self.restore_best_weights,
            "start_from_epoch": self.start_from_epoch,
        }
