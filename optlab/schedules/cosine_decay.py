r"""Cosine decay, after a linear warm-up if wanted.

.. math::
    \eta_t &= \eta_0 + (\eta_{\max} - \eta_0)\, t / w & t < w \\
    \eta_t &= \eta_{\max} \left((1 - \alpha)\,
        \tfrac12 \left(1 + \cos(\pi s)\right) + \alpha\right), \quad
        s = \min((t - w) / d, 1) & t \ge w

Without a warm-up :math:`\eta_{\max} = \eta_0` and w = 0. With one, the decay begins
after it: the whole takes w + d steps, and the first update is made with :math:`\eta_0`,
which is wasted if that is 0.

tf.keras warms up only when `warmup_target` is given: `warmup_steps` alone is ignored,
and so it is here. torch's CosineAnnealingLR names the end by a rate, ``eta_min``, not
by a share of the first rate, and climbs up again after ``T_max``; here the rate stays.

References
----------
Loshchilov and Hutter, SGDR: stochastic gradient descent with warm restarts, 2017, eq.
5. Goyal et al., Accurate, large minibatch SGD, 2017, section 2.2 (warm-up).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from optlab.kernels.libm import cosine
from optlab.schedules.base import Schedule, at_least, checked_step, flushed, positive


class CosineDecay(Schedule):
    """Lower the rate along half a wave of the cosine.

    Parameters
    ----------
    initial_learning_rate : float
        The rate at step 0, at least 0.
    decay_steps : int
        Steps from the highest rate to the lowest, greater than 0.
    alpha : float
        The lowest rate as a share of the highest, at least 0.
    name : str
        A name; nothing depends on it.
    warmup_target : float, optional
        The highest rate, reached after the warm-up; None for no warm-up.
    warmup_steps : int
        Steps of the warm-up, at least 0; ignored without `warmup_target`.

    Raises
    ------
    InputError
        If an argument is out of range.

    Examples
    --------
    >>> schedule = CosineDecay(0.0, 100, warmup_target=1.0, warmup_steps=10)
    >>> [schedule(step) for step in (0, 5, 10, 110)]
    [0.0, 0.5, 1.0, 0.0]
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "initial_learning_rate",
        "decay_steps",
        "alpha",
        "name",
        "warmup_target",
        "warmup_steps",
    )

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = at_least(
            "initial_learning_rate", initial_learning_rate
        )
        self.decay_steps = positive("decay_steps", decay_steps)
        self.alpha = at_least("alpha", alpha)
        self.name = name
        self.warmup_target = (
            None if warmup_target is None else at_least("warmup_target", warmup_target)
        )
        self.warmup_steps = at_least("warmup_steps", warmup_steps)

    def __call__(self, step: float) -> float:
        """Return the rate at `step`, bit for bit tf.keras's."""
        step = checked_step(step)
        now: Any = np.float32(step)
        first = highest = np.float32(self.initial_learning_rate)
        duration = np.float32(self.decay_steps)
        if self.warmup_target is not None:
            highest = np.float32(self.warmup_target)
            warmup_steps = np.float32(self.warmup_steps)
            now = min(now, duration + warmup_steps)
            if now < warmup_steps:
                return flushed((highest - first) * (now / warmup_steps) + first)
            now = now - warmup_steps
        wave = half_wave(min(now, duration) / duration, np.float32(1))
        share = np.float32(1 - self.alpha) * wave + np.float32(self.alpha)
        return flushed(highest * share)


def half_wave(share: Any, height: Any) -> Any:
    """Return half of `height` times 1 + cos(pi `share`), all in float32."""
    angle = np.float32(math.pi) * share
    return np.float32(0.5) * height * (np.float32(1) + np.float32(cosine(angle)))
