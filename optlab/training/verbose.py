"""What `fit` prints while it trains, with tf.keras's meaning of `verbose`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from optlab.errors import InputError

#: Characters of the bar.
_BAR = 20

Hook = Callable[[dict[str, Any]], Any]


def printer(verbose: Any) -> Hook | None:
    """Return the hook that prints a run's progress to standard output.

    Parameters
    ----------
    verbose : {"auto", 0, 1, 2} or bool
        0: nothing; 1: a bar that moves; 2: a line at the end of each epoch. "auto" is 1
        in a notebook and 0 elsewhere.

    Returns
    -------
    callable or None
        See `optlab.training.progress`.

    Raises
    ------
    InputError
        If `verbose` is none of these.
    """
    if verbose == "auto":
        verbose = int(in_notebook())
    if isinstance(verbose, str) or verbose not in (0, 1, 2):
        raise InputError(
            f'`verbose` must be "auto", 0, 1 or 2. Received: verbose={verbose!r}'
        )
    return {0: None, 1: _bar, 2: _line}[int(verbose)]


def in_notebook() -> bool:
    """Tell whether a Jupyter kernel runs this process."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _bar(state: dict[str, Any]) -> None:
    epochs, steps = state["epochs"], state["steps"]
    share = state["step"] / steps if steps else 1.0
    done = round(share * _BAR)
    bar = "━" * done + "╌" * (_BAR - done)
    counted = f"epoch {state['epoch'] + 1}/{epochs}" if epochs else ""
    text = f"\r{counted} {bar} {state['step']}/{steps} {_figures(state['logs'])}"
    last = state["epoch_ended"] and state["step"] >= steps
    sys.stdout.write(text + ("\n" if last else ""))
    sys.stdout.flush()


def _line(state: dict[str, Any]) -> None:
    if state["epoch_ended"]:
        counted = f"epoch {state['epoch'] + 1}/{state['epochs']}"
        sys.stdout.write(f"{counted} - {_figures(state['logs'])}\n")
        sys.stdout.flush()


def _figures(logs: dict[str, float]) -> str:
    return " - ".join(f"{name}: {value:.4g}" for name, value in logs.items())
