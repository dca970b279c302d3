"""A callback made of a plain function of the epoch and its figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from optlab.callbacks.base import Callback, Logs
from optlab.errors import InputError
from optlab.lookup import takes


class FunctionCallback(Callback):
    """Call ``function(epoch, logs)`` at the end of each epoch.

    Parameters
    ----------
    function : callable
        Takes the epoch, from 0, and a dictionary of figures. If it returns exactly
        True, the run stops.
    """

    def __init__(self, function: Callable[[int, Logs], Any]) -> None:
        if not takes(function, 0, {}):
            raise InputError(
                "A callback must be a name, a dictionary, a Callback or a function of "
                f"(epoch, logs). Received: {function!r}"
            )
        self.function = function

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        """Call the function."""
        if self.function(epoch, logs) is True:
            self.stop_training = True

    def get_config(self) -> dict[str, Any]:
        """Return the function."""
        return {"function": self.function}
