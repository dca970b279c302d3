r"""Linear warm-up: a straight climb to a rate, or into another schedule.

.. math::
    \eta_t &= \eta_0 + (f(0) - \eta_0)\, t / w & t < w \\
    \eta_t &= f(t - w) & t \ge w

where f is the schedule that follows, or a constant. The early steps of an adaptive
optimizer are noisy, because its averages have seen few gradients; small rates keep them
from doing harm. The first update is made with :math:`\eta_0`, which is wasted if that
is 0, as in tf.keras's warm-up inside CosineDecay; torch's LinearLR starts at a third of
the base rate by default, and optax's ``warmup_*`` schedules start as here.

References
----------
Goyal et al., Accurate, large minibatch SGD, 2017, section 2.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from optlab.schedules.base import Schedule, at_least, checked_step, positive
from optlab.schedules.known import get, serialize


class LinearWarmup(Schedule):
    """Climb to a rate in a straight line, then hold it or follow a schedule.

    Parameters
    ----------
    learning_rate : float, schedule, callable or table
        The rate after the warm-up, or what gives it; its step counts from the end of
        the warm-up.
    warmup_steps : int
        Steps of the climb, greater than 0.
    initial_learning_rate : float
        The rate at step 0, at least 0.

    Raises
    ------
    InputError
        If an argument is out of range, or the schedule is unknown.

    Examples
    --------
    >>> schedule = LinearWarmup(0.5, warmup_steps=10)
    >>> [schedule(step) for step in (0, 5, 10, 1000)]
    [0.0, 0.25, 0.5, 0.5]
    """

    arguments: ClassVar[tuple[str, ...]] = (
        "learning_rate",
        "warmup_steps",
        "initial_learning_rate",
    )

    def __init__(
        self,
        learning_rate: float | Callable[[int], float] | Mapping[str, Any],
        warmup_steps: float,
        initial_learning_rate: float = 0.0,
    ) -> None:
        self.learning_rate: Any
        if isinstance(learning_rate, (str, Mapping)) or callable(learning_rate):
            self.learning_rate = get(learning_rate)
        else:
            self.learning_rate = at_least("learning_rate", learning_rate)
        self.warmup_steps = positive("warmup_steps", warmup_steps)
        self.initial_learning_rate = at_least(
            "initial_learning_rate", initial_learning_rate
        )

    def __call__(self, step: float) -> float:
        """Return the rate at `step`."""
        step = checked_step(step)
        if step >= self.warmup_steps:
            return self._after(step - self.warmup_steps)
        first = float(self.initial_learning_rate)
        climbed: float = (self._after(0) - first) * (step / self.warmup_steps)
        return first + climbed

    def _after(self, step: float) -> float:
        """Return the rate at a step counted from the end of the warm-up."""
        rate = self.learning_rate
        return float(rate(step) if callable(rate) else rate)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments, the schedule that follows serialized."""
        config = super().get_config()
        if callable(self.learning_rate):
            config["learning_rate"] = serialize(self.learning_rate)
        return config
