r"""Cosine decay with warm restarts (SGDR): half waves, each longer and lower if wanted.

.. math::
    i &= \left\lfloor \log_q (1 - (1 - q)\, t / d) \right\rfloor, \qquad
    s = \frac{t / d - (1 - q^i) / (1 - q)}{q^i} \\
    \eta_t &= \eta_0 \left((1 - \alpha)\, \tfrac12 m^i
        \left(1 + \cos(\pi s)\right) + \alpha\right)

with the first period d, `t_mul` q and `m_mul` m; for q = 1 simply
:math:`i = \lfloor t / d \rfloor` and :math:`s = t / d - i`.

tf.keras finds the period i by a float32 logarithm, so a late restart can come a step
off: with d = 10, q = 2 the rate at step 81910 is 0 where a period should begin. That is
reproduced here. torch's CosineAnnealingWarmRestarts takes whole ``T_mult`` only, has no
``m_mul``, counts in float64, and restarts on time.

References
----------
Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, eq.
5.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from optlab.kernels.libm import logarithm, power
from optlab.schedules.base import Schedule, at_least, checked_step, flushed, positive
from optlab.schedules.cosine_decay import half_wave


class CosineDecayRestarts(Schedule):
    """Lower the rate along half waves of the cosine, one after the other.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    first_decay_steps : int
        Steps of the first period, greater than 0.
    t_mul : float
        How many times longer each period is than the one before, at least 1.
    m_mul : float
        How many times higher each period begins than the one before, at least 0.
    alpha : float
        The lowest rate as a share of the first, at least 0.
    name : str
        A name; nothing depends on it.

    Raises
    ------
    InputError
        If an argument is out of range. tf.keras lets `t_mul` be less than 1, and
        returns NaN once the shrinking periods are used up.

    Examples
    --------
    >>> schedule = CosineDecayRestarts(1.0, 10, t_mul=2.0, m_mul=0.5)
    >>> [schedule(step) for step in (0, 10, 30)]
    [1.0, 0.5, 0.25]
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "initial_learning_rate",
        "first_decay_steps",
        "t_mul",
        "m_mul",
        "alpha",
        "name",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = at_least(
            "initial_learning_rate", initial_learning_rate
        )
        self.first_decay_steps = positive("first_decay_steps", first_decay_steps)
        self.t_mul = at_least("t_mul", t_mul, 1)
        self.m_mul = at_least("m_mul", m_mul)
        self.alpha = at_least("alpha", alpha)
        self.name = name

    def __call__(self, step: float) -> float:
        """Return the rate at `step`, bit for bit tf.keras's."""
        step = checked_step(step)
        one = np.float32(1)
        alpha = np.float32(self.alpha)
        period, share = self._position(np.float32(step))
        height = np.float32(power(np.float32(self.m_mul), period))
        wave = half_wave(share, height)
        level = (one - alpha) * wave + alpha
        return flushed(np.float32(self.initial_learning_rate) * level)

    def _position(self, step: Any) -> tuple[Any, Any]:
        """Return the number of the period, and the share of it that has passed."""
        one = np.float32(1)
        growth = np.float32(self.t_mul)
        passed = step / np.float32(self.first_decay_steps)
        if growth == one:
            period = np.floor(passed)
            return period, passed - period
        grown = np.float32(logarithm(one - passed * (one - growth)))
        period = np.floor(grown / np.float32(logarithm(growth)))
        length = np.float32(power(growth, period))
        before = (one - length) / (one - growth)
        return period, (passed - before) / length
