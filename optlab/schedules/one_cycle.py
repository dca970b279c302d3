r"""One cycle: up to a high rate and down far below the start, once in a run.

With the highest rate :math:`\eta`, the phases run between

.. math:: \eta / a \;\to\; \eta \;\to\; \eta / (a b)

where a is `div_factor` and b is `final_div_factor`. The climb takes a share `pct_start`
of the steps. With three phases the way down first mirrors the climb, back to
:math:`\eta / a`, and then goes on to the end. Each phase follows half a wave of the
cosine or a straight line:

.. math::
    x_0 + (x_1 - x_0)\, \tfrac12 (1 - \cos \pi s) \qquad\text{or}\qquad
    x_0 + (x_1 - x_0)\, s

This is torch's OneCycleLR with its names and defaults; torch also cycles the momentum,
from 0.95 to 0.85 and back, which a schedule of the rate cannot. The paper uses three
phases and straight lines. tf.keras has no such schedule. The rate stays at its last
value after `total_steps`, where torch raises.

References
----------
Smith and Topin, Super-convergence: very fast training of neural networks using large
learning rates, 2018.
"""

from __future__ import annotations

import math
from typing import ClassVar

from optlab.errors import InputError
from optlab.kernels.libm import cosine
from optlab.lookup import flag, one_of
from optlab.schedules.base import Schedule, at_least, checked_step, positive, whole


class OneCycle(Schedule):
    """Raise the rate to `max_learning_rate` and lower it far below the start.

    Parameters
    ----------
    max_learning_rate : float
        The highest rate, greater than 0.
    total_steps : int
        Steps of the whole cycle, at least 1.
    pct_start : float
        The share of the steps that the climb takes, in [0, 1]; in [0, 0.5] with three
        phases.
    anneal_strategy : {"cos", "linear"}
        How each phase runs.
    div_factor : float
        The highest rate over the first, greater than 0.
    final_div_factor : float
        The first rate over the last, greater than 0.
    three_phase : bool
        Whether the way down mirrors the climb first.

    Raises
    ------
    InputError
        If an argument is out of range.

    Examples
    --------
    >>> schedule = OneCycle(1.0, 101, pct_start=0.5, anneal_strategy="linear")
    >>> [round(schedule(step), 6) for step in (0, 100, 1000)]
    [0.04, 4e-06, 4e-06]
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "max_learning_rate",
        "total_steps",
        "pct_start",
        "anneal_strategy",
        "div_factor",
        "final_div_factor",
        "three_phase",
    )

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ) -> None:
        self.max_learning_rate = positive("max_learning_rate", max_learning_rate)
        self.total_steps = whole("total_steps", total_steps)
        self.pct_start = at_least("pct_start", pct_start)
        self.anneal_strategy = one_of(
            "anneal_strategy", anneal_strategy, ("cos", "linear")
        )
        self.div_factor = positive("div_factor", div_factor)
        self.final_div_factor = positive("final_div_factor", final_div_factor)
        self.three_phase = flag("three_phase", three_phase)
        most = 0.5 if self.three_phase else 1.0
        if self.pct_start > most:
            raise InputError(
                f"`pct_start` must be in [0, {most:g}] with three_phase="
                f"{self.three_phase}. Received: pct_start={pct_start!r}"
            )

    def __call__(self, step: float) -> float:
        """Return the rate at `step`."""
        step = checked_step(step)
        step = min(float(step), self.total_steps - 1.0)
        phases = self._phases()
        begin = 0.0
        for end, start_rate, end_rate in phases:
            if step <= end or end == phases[-1][0]:
                share = (step - begin) / (end - begin) if end > begin else 1.0
                return self._between(start_rate, end_rate, share)
            begin = end
        return phases[-1][2]

    def _phases(self) -> list[tuple[float, float, float]]:
        """Return the last step of each phase, its first rate and its last."""
        highest = float(self.max_learning_rate)
        first = highest / self.div_factor
        last = first / self.final_div_factor
        climb = self.pct_start * self.total_steps - 1.0
        end = self.total_steps - 1.0
        if self.three_phase:
            return [
                (climb, first, highest),
                (2.0 * climb, highest, first),
                (end, first, last),
            ]
        return [(climb, first, highest), (end, highest, last)]

    def _between(self, start: float, end: float, share: float) -> float:
        """Return the rate after a share of a phase."""
        if self.anneal_strategy == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (1.0 + float(cosine(math.pi * share)))
