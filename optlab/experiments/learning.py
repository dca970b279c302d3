"""Whether a training that came to its end has learned anything."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.experiments.building import Built
from optlab.run import Run

#: So many training rows are looked at.
_ROWS = 1024
#: A loss at the end of this share of the loss at the start, or more, shows a failure.
#: Measured: the 11 shipped trainings with 3 seeds end at 0.0006 to 0.36; digits with
#: SGD at rates 0, 10 and 100 at 1, 1.05 and 6.1. What is only slow passes (Adam at
#: 1e-6: 0.990).
FAILED = 1.0
#: Predictions that differ by no more than this share of their size are constant.
#: Measured: 0.5 to 1.7 in the shipped trainings; 0 for SGD at 10 and 100, whose ReLUs
#: died.
CONSTANT = 1e-4
#: The start is a minimum within this distance of a known one.
_AT_MINIMUM = 1e-9


class Learning:
    """Compares the model at the end of a run with the one at its start.

    Parameters
    ----------
    built : Built
        Before the run.
    """

    def __init__(self, built: Built) -> None:
        self._built = built
        self._start = float("nan")
        if built.problem is None:
            self._start = self._loss(self._predicted())

    def fault(self, run: Run) -> str:
        """Return what shows that nothing was learned; empty where it was.

        A run that diverged or was interrupted is not judged.
        """
        if run.status not in ("finished", "stopped_early"):
            return ""
        if self._built.problem is not None:
            return self._not_descended(run)
        predicted = self._predicted()
        end = self._loss(predicted)
        if not end < FAILED * self._start:
            return (
                f"the loss on the training rows was {self._start:.4g} before the first "
                f"step and is {end:.4g} now"
            )
        if _is_constant(predicted) and not _is_constant(self._targets):
            return "the model predicts the same for every row"
        return ""

    def _not_descended(self, run: Run) -> str:
        first, last = run.step_losses[0], run.step_losses[-1]
        minima: Any = [] if run.problem is None else run.problem.minima
        start: Any = None if run.trajectory is None else run.trajectory[0]
        if last < first or any(np.allclose(start, m, 0, _AT_MINIMUM) for m in minima):
            return ""
        return f"the value was {first:.4g} at the start and is {last:.4g} now"

    @property
    def _targets(self) -> Any:
        return self._built.data.y[:_ROWS]  # type: ignore[union-attr]

    def _predicted(self) -> Any:
        with np.errstate(all="ignore"):
            return self._built.model.predict(self._built.data.x[:_ROWS])  # type: ignore[union-attr]

    def _loss(self, predicted: Any) -> float:
        with np.errstate(all="ignore"):
            return float(self._built.loss(self._targets, predicted))


def _is_constant(values: Any) -> bool:
    """Whether rows differ by no more than rounding would make them."""
    values = np.asarray(values, np.float64)
    spread = np.ptp(values, axis=0)
    return bool((spread <= CONSTANT * (1 + np.abs(values).max())).all())
