r"""Piecewise constant decay: a rate for each interval of steps, given by hand.

.. math:: \eta_t = v_k \quad\text{where}\quad b_{k-1} < t \le b_k

The boundary itself still belongs to the interval before it, so ``boundaries=[100]``
changes the rate for the 102nd update, the one with step 101. torch's MultiStepLR
changes at the milestone itself, :math:`t \ge b`, and multiplies by a common factor.

References
----------
He et al., Deep residual learning for image recognition, 2016, section 3.4: the rate is
divided by 10 when the error plateaus.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from optlab.errors import InputError
from optlab.schedules.base import Schedule, at_least, checked_step, flushed


class PiecewiseConstantDecay(Schedule):
    """Look the rate up by the interval that the step lies in.

    Parameters
    ----------
    boundaries : list of int
        Steps in ascending order; each is the last one of its interval.
    values : list of float
        One rate more than there are boundaries, each at least 0.
    name : str
        A name; nothing depends on it.

    Raises
    ------
    InputError
        If the counts disagree, the boundaries do not ascend, or a value is out of
        range.

    Examples
    --------
    >>> schedule = PiecewiseConstantDecay([10, 20], [1.0, 0.5, 0.25])
    >>> [schedule(step) for step in (10, 11, 20, 21)]
    [1.0, 0.5, 0.5, 0.25]
    """

    arguments: ClassVar[tuple[str, ...]] = ("boundaries", "values", "name")

    def __init__(
        self,
        boundaries: Sequence[float],
        values: Sequence[float],
        name: str = "PiecewiseConstant",
    ) -> None:
        self.boundaries = _numbers("boundaries", boundaries, None)
        self.values = _numbers("values", values, 0)
        if len(self.boundaries) != len(self.values) - 1:
            raise InputError(
                "`values` must have one number more than `boundaries`. Received: "
                f"{len(self.boundaries)} boundaries and {len(self.values)} values"
            )
        if self.boundaries != sorted(self.boundaries):
            raise InputError(
                "`boundaries` must be in ascending order. "
                f"Received: boundaries={boundaries!r}"
            )
        self.name = name

    def __call__(self, step: float) -> float:
        """Return the rate at `step`, bit for bit tf.keras's."""
        step = checked_step(step)
        # tf.keras casts the boundaries to the type of the step.
        kind = int if isinstance(step, (int, np.integer)) else float
        boundaries = [kind(boundary) for boundary in self.boundaries]
        return flushed(np.float32(self.values[bisect_left(boundaries, step)]))


def _numbers(name: str, values: Any, low: float | None) -> list[Any]:
    """Return a list of finite numbers, or raise."""
    listed = isinstance(values, (Sequence, np.ndarray))
    if not listed or isinstance(values, (str, bytes)) or np.shape(values) == ():
        raise InputError(
            f"`{name}` must be a list of numbers. Received: {name}={values!r}"
        )
    return [at_least(f"{name}[{k}]", value, low) for k, value in enumerate(values)]
