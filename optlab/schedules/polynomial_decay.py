r"""Polynomial decay: from one rate to another in a given number of steps.

.. math:: \eta_t = (\eta_0 - \eta_1) \left(1 - \frac{\min(t, d)}{d}\right)^p + \eta_1

With p = 1 a straight line, with p = 0.5 a root. With `cycle` the duration is stretched
to the next multiple, :math:`d \lceil t / d \rceil`: the rate jumps up after each end,
lower every time.

torch's PolynomialLR ends at 0, by repeated multiplication in float64; its LinearLR runs
between two factors of the base rate.

References
----------
Chen et al., DeepLab, 2017, section 4.1 ("poly" policy); Devlin et al., BERT, 2019 (p =
1).
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optlab.kernels.libm import power
from optlab.lookup import flag
from optlab.schedules.base import Schedule, at_least, checked_step, flushed, positive


class PolynomialDecay(Schedule):
    """Lower the rate to `end_learning_rate` along a power of the time left.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : int
        Steps until the end, greater than 0; afterwards the rate stays.
    end_learning_rate : float
        The last rate, at least 0.
    power : float
        The power of the share of time left, at least 0.
    cycle : bool
        Whether to start anew from a lower rate after each end.
    name : str
        A name; nothing depends on it.

    Raises
    ------
    InputError
        If an argument is out of range.

    Examples
    --------
    >>> schedule = PolynomialDecay(1.0, decay_steps=4, end_learning_rate=0.5)
    >>> [schedule(step) for step in (0, 2, 4, 100)]
    [1.0, 0.75, 0.5, 0.5]
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "initial_learning_rate",
        "decay_steps",
        "end_learning_rate",
        "power",
        "cycle",
        "name",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = at_least(
            "initial_learning_rate", initial_learning_rate
        )
        self.decay_steps = positive("decay_steps", decay_steps)
        self.end_learning_rate = at_least("end_learning_rate", end_learning_rate)
        self.power = at_least("power", power)
        self.cycle = flag("cycle", cycle)
        self.name = name

    def __call__(self, step: float) -> float:
        """Return the rate at `step`, bit for bit tf.keras's."""
        step = checked_step(step)
        one = np.float32(1)
        end = np.float32(self.end_learning_rate)
        now: Any = np.float32(step)
        duration: Any = np.float32(self.decay_steps)
        if self.cycle:
            duration *= np.ceil(now / duration) if now != 0 else one
        else:
            now = min(now, duration)
        left = np.float32(power(one - now / duration, np.float32(self.power)))
        return flushed((np.float32(self.initial_learning_rate) - end) * left + end)
