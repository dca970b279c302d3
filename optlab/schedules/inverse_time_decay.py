r"""Inverse time decay: a rate that falls as 1 / t in the long run.

.. math:: \eta_t = \frac{\eta_0}{1 + r\, t / d}

In a staircase :math:`t / d` is rounded down. Like exponential decay it has no end;
`decay_steps` is a time constant.

Its sum diverges and the sum of its squares does not, which is what stochastic
approximation asks of a rate. torch has no such schedule; the ``decay`` argument of old
tf.keras optimizers was this one with d = 1.

References
----------
Robbins and Monro, A stochastic approximation method, 1951.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optlab.lookup import flag
from optlab.schedules.base import Schedule, at_least, checked_step, flushed, positive


class InverseTimeDecay(Schedule):
    """Divide the rate by a line in the step.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : int
        Steps over which the divisor grows by `decay_rate`, greater than 0.
    decay_rate : float
        That growth, at least 0.
    staircase : bool
        Whether to fall in steps instead of continuously.
    name : str
        A name; nothing depends on it.

    Raises
    ------
    InputError
        If an argument is out of range.

    Examples
    --------
    >>> schedule = InverseTimeDecay(1.0, decay_steps=10, decay_rate=1.0)
    >>> schedule(0), schedule(10), schedule(30)
    (1.0, 0.5, 0.25)
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "initial_learning_rate",
        "decay_steps",
        "decay_rate",
        "staircase",
        "name",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = at_least(
            "initial_learning_rate", initial_learning_rate
        )
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = at_least("decay_rate", decay_rate)
        self.staircase = flag("staircase", staircase)
        self.name = name

    def __call__(self, step: float) -> float:
        """Return the rate at `step`, bit for bit tf.keras's."""
        step = checked_step(step)
        periods: Any = np.float32(step) / np.float32(self.decay_steps)
        if self.staircase:
            periods = np.floor(periods)
        divisor = np.float32(1) + np.float32(self.decay_rate) * periods
        return flushed(np.float32(self.initial_learning_rate) / divisor)
