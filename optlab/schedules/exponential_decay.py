r"""Exponential decay: the rate falls by the same factor over every `decay_steps` steps.

.. math:: \eta_t = \eta_0\, r^{t / d}

In a staircase the exponent is rounded down, and the rate falls at multiples of d. It
never reaches 0: `decay_steps` is a time constant here, not a duration.

torch's ExponentialLR is :math:`\eta_0 r^t` with t counting epochs (calls of
``scheduler.step``), by repeated multiplication in float64. tf.keras computes in
float32, with the C library's powf.

References
----------
Robbins and Monro, A stochastic approximation method, 1951: a rate whose sum stays
finite, as this one's does, cannot reach an optimum from every distance.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optlab.kernels.libm import power
from optlab.lookup import flag
from optlab.schedules.base import Schedule, at_least, checked_step, flushed, positive


class ExponentialDecay(Schedule):
    r"""Multiply the rate by `decay_rate` every `decay_steps` steps.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : int
        Steps over which the rate falls by the factor `decay_rate`, greater than 0.
    decay_rate : float
        That factor, at least 0.
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
    >>> schedule = ExponentialDecay(0.5, decay_steps=10, decay_rate=0.5)
    >>> schedule(0), schedule(10), schedule(20)
    (0.5, 0.25, 0.125)
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
        name: str = "ExponentialDecay",
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
        exponent: Any = np.float32(step) / np.float32(self.decay_steps)
        if self.staircase:
            exponent = np.floor(exponent)
        factor = np.float32(power(np.float32(self.decay_rate), exponent))
        return flushed(np.float32(self.initial_learning_rate) * factor)
