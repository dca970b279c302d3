"""Watching one figure of the logs: which way is better, and what is an improvement."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from optlab.callbacks.base import Callback, Logs
from optlab.errors import InputError, nearest


class MonitorCallback(Callback):
    """A callback that watches one figure.

    Parameters
    ----------
    monitor : str
        A name in the logs: "loss", "val_loss", a metric's name, or with "val_" before.
    mode : {"auto", "min", "max"}
        Which way is better; "auto" knows it from the name.
    min_delta : float
        Only a change larger than this is an improvement; its sign does not matter.
    verbose : int
        Above 0, what the callback does is told on standard error.
    """

    def __init__(
        self, monitor: str, mode: str = "auto", min_delta: float = 0.0, verbose: int = 0
    ) -> None:
        if not isinstance(mode, str) or mode not in ("auto", "min", "max"):
            raise InputError(
                f"`mode` must be 'auto', 'min' or 'max'. Received: mode={mode!r}"
            )
        if not isinstance(monitor, str):
            raise InputError(f"`monitor` must be a name. Received: {monitor!r}")
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(number("min_delta", min_delta))
        self.verbose = verbosity(verbose)
        self._maximize = mode == "max"

    def attach(
        self,
        model: Any,
        optimizer: Any,
        run: Any,
        directions: Mapping[str, str | None],
    ) -> None:
        """Check that the figure will be there, and settle which way is better."""
        super().attach(model, optimizer, run, directions)
        if self.monitor not in directions:
            guess = nearest(self.monitor, directions)
            hint = f" Did you mean {guess!r}?" if guess else ""
            if self.monitor.startswith("val_") and "val_loss" not in directions:
                hint = " There are no validation data."
            raise InputError(
                f"{type(self).__name__} cannot monitor {self.monitor!r}.{hint} "
                f"Available: {', '.join(sorted(directions))}"
            )
        direction = directions[self.monitor] if self.mode == "auto" else self.mode
        if direction is None:
            raise InputError(
                f"{type(self).__name__} cannot tell which way {self.monitor!r} is "
                "better. Say mode='min' or mode='max'."
            )
        self._maximize = direction == "max"

    def is_improvement(self, value: float, reference: float | None) -> bool:
        """Tell whether `value` beats `reference` by more than `min_delta`."""
        if reference is None:
            return True
        if self._maximize:
            return value - self.min_delta > reference
        return value + self.min_delta < reference

    def current(self, logs: Logs) -> float | None:
        """Return the figure of this epoch."""
        return logs.get(self.monitor)

    def tell(self, message: str) -> None:
        """Write a line to standard error, where `verbose` asks for it."""
        if self.verbose > 0:
            print(message, file=sys.stderr)


def number(name: str, value: Any) -> float:
    """Return `value` as a finite float, or raise InputError."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if abs(value) <= sys.float_info.max:
            return float(value)
    elif hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0:
        return number(name, value.item())
    raise InputError(f"`{name}` must be a finite number. Received: {name}={value!r}")


def verbosity(verbose: Any) -> int:
    """Return `verbose` as an int; True and False are 1 and 0, as in tf.keras."""
    return int(verbose) if isinstance(verbose, bool) else count("verbose", verbose)


def count(name: str, value: Any) -> int:
    """Return `value` as an int of at least 0, or raise InputError."""
    if number(name, value) != int(value) or value < 0:
        raise InputError(
            f"`{name}` must be an integer of at least 0. Received: {name}={value!r}"
        )
    return int(value)
