r"""Step decay: the rate falls by a factor every `decay_steps` steps, down to a floor.

.. math:: \eta_t = \max\left(\eta_0\, r^{\lfloor t / d \rfloor},\ \eta_{\min}\right)

This is torch's StepLR (``gamma`` is r and ``step_size`` is d, counted in epochs there).
tf.keras has it as ExponentialDecay with a staircase, which counts in float32: past
2**24 steps a stair may begin a step early. Here the quotient is an exact integer
division, and the rate is computed in float64.

References
----------
Krizhevsky, Sutskever and Hinton, ImageNet classification with deep convolutional neural
networks, 2012, section 5.
"""

from __future__ import annotations

from typing import ClassVar

from optlab.kernels.libm import power
from optlab.schedules.base import Schedule, at_least, checked_step, positive


class StepDecay(Schedule):
    """Multiply the rate by `decay_rate` at every multiple of `decay_steps`.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : int
        Steps on each stair, greater than 0.
    decay_rate : float
        The factor from one stair to the next, at least 0.
    end_learning_rate : float
        The rate never falls below this, at least 0.

    Raises
    ------
    InputError
        If an argument is out of range.

    Examples
    --------
    >>> schedule = StepDecay(1.0, decay_steps=30, decay_rate=0.5)
    >>> [schedule(step) for step in (0, 29, 30, 60)]
    [1.0, 1.0, 0.5, 0.25]
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "initial_learning_rate",
        "decay_steps",
        "decay_rate",
        "end_learning_rate",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float = 0.1,
        end_learning_rate: float = 0.0,
    ) -> None:
        self.initial_learning_rate = at_least(
            "initial_learning_rate", initial_learning_rate
        )
        self.decay_steps = positive("decay_steps", decay_steps)
        self.decay_rate = at_least("decay_rate", decay_rate)
        self.end_learning_rate = at_least("end_learning_rate", end_learning_rate)

    def __call__(self, step: float) -> float:
        """Return the rate at `step`."""
        step = checked_step(step)
        factor = power(float(self.decay_rate), float(step // self.decay_steps))
        rate = self.initial_learning_rate * factor
        return max(float(rate), float(self.end_learning_rate))
