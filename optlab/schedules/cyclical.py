r"""Cyclical rate: up and down between two rates in straight lines, again and again.

.. math::
    c = \left\lfloor 1 + \frac{t}{2k} \right\rfloor, \qquad
    x = \left| \frac{t}{k} - 2c + 1 \right|, \qquad
    \eta_t = \eta_{\min} + (\eta_{\max} - \eta_{\min}) \max(0, 1 - x)\, \sigma

where k is `step_size`, half a cycle, and the scale :math:`\sigma` is

- 1 for "triangular",
- :math:`2^{1 - c}` for "triangular2": the amplitude is halved after each cycle,
- :math:`\gamma^t` for "exp_range".

The names are TensorFlow Addons'; tf.keras itself has no such schedule. torch's CyclicLR
is the same with ``base_lr``, ``max_lr`` and ``step_size_up``; it may fall at another
speed than it climbs, and cycles the momentum as well.

References
----------
Smith, Cyclical learning rates for training neural networks, 2017.
"""

from __future__ import annotations

import math
from typing import ClassVar

from optlab.errors import InputError
from optlab.kernels.libm import power
from optlab.lookup import one_of
from optlab.schedules.base import Schedule, at_least, checked_step, positive


class CyclicalLearningRate(Schedule):
    """Let the rate run up and down between two bounds.

    Parameters
    ----------
    initial_learning_rate : float
        The lower bound and the rate at step 0, at least 0.
    maximal_learning_rate : float
        The upper bound, at least the lower one.
    step_size : int
        Steps of half a cycle, greater than 0.
    mode : {"triangular", "triangular2", "exp_range"}
        What becomes of the amplitude.
    gamma : float
        The factor of the amplitude at each step of "exp_range", in (0, 1].

    Raises
    ------
    InputError
        If an argument is out of range.

    Examples
    --------
    >>> schedule = CyclicalLearningRate(0.0, 1.0, step_size=10, mode="triangular2")
    >>> [schedule(step) for step in (0, 5, 10, 20, 30)]
    [0.0, 0.5, 1.0, 0.0, 0.5]
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "initial_learning_rate",
        "maximal_learning_rate",
        "step_size",
        "mode",
        "gamma",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        maximal_learning_rate: float,
        step_size: float,
        mode: str = "triangular",
        gamma: float = 1.0,
    ) -> None:
        self.initial_learning_rate = at_least(
            "initial_learning_rate", initial_learning_rate
        )
        self.maximal_learning_rate = at_least(
            "maximal_learning_rate", maximal_learning_rate, self.initial_learning_rate
        )
        self.step_size = positive("step_size", step_size)
        self.mode = one_of("mode", mode, ("triangular", "triangular2", "exp_range"))
        self.gamma = positive("gamma", gamma)
        if self.gamma > 1:
            raise InputError(f"`gamma` must be in (0, 1]. Received: gamma={gamma!r}")

    def __call__(self, step: float) -> float:
        """Return the rate at `step`."""
        step = checked_step(step)
        low, high = float(self.initial_learning_rate), float(self.maximal_learning_rate)
        cycle = math.floor(1 + step / (2 * self.step_size))
        distance = abs(step / self.step_size - 2 * cycle + 1)
        scale: float = 1.0
        if self.mode == "triangular2":
            scale = power(2.0, 1.0 - cycle)
        elif self.mode == "exp_range":
            scale = power(float(self.gamma), float(step))
        return float(low + (high - low) * max(0.0, 1.0 - distance) * scale)
