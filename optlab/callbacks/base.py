"""What every callback is: methods that the training loop calls at fixed moments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from optlab.model import Sequential
    from optlab.optimizers import Optimizer
    from optlab.run import Run

#: Figures by name, such as ``{"loss": 0.3, "val_loss": 0.4}``; callbacks may add to it.
Logs = dict[str, float]


class Callback:
    """Base of all callbacks; a subclass writes the methods that it needs.

    Attributes
    ----------
    model, optimizer, run
        What is being trained, set before the first method is called.
    stop_training : bool
        Set it to True and the run stops after the current step, or epoch.
    log_names : tuple of str
        Names that the callback adds to the logs of an epoch, for others to monitor.
    """

    log_names: ClassVar[tuple[str, ...]] = ()

    model: Sequential
    optimizer: Optimizer
    run: Run
    stop_training: bool = False

    def attach(
        self,
        model: Any,
        optimizer: Any,
        run: Any,
        directions: Mapping[str, str | None],
    ) -> None:
        """Take what is trained; the loop calls it before anything is changed.

        Parameters
        ----------
        model, optimizer, run
            Kept as attributes.
        directions : mapping
            Each name that the logs of an epoch will hold, with "min", "max" or None
            for what is better.

        Raises
        ------
        InputError
            If the callback cannot work here.
        """
        self.model, self.optimizer, self.run = model, optimizer, run
        self.stop_training = False

    def on_train_begin(self) -> None:
        """Begin a run; not called where a run is resumed."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Begin an epoch, counted from 0."""

    def on_batch_end(self, step: int, logs: Logs) -> None:
        """End a step, counted from 0 over the whole run; the logs are means so far."""

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """End an epoch; `logs` becomes a row of the history."""

    def on_train_end(self) -> None:
        """End the run, whatever ended it."""

    def save_state(self) -> dict[str, Any]:
        """Return what a resumed run must know: numbers, None, and lists of arrays."""
        return {}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Take up what `save_state` returned."""

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}

    def __repr__(self) -> str:
        """Return the call that makes this callback."""
        arguments = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({arguments})"
