"""What L-BFGS remembers: the last steps, and what they changed in the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.kernels.rules.lbfgs import direction, inner
from optlab.optimizers.hyperparameters import Integer
from optlab.optimizers.state import load_slots, saved_slots, state_number
from optlab.parameters import Parameters
from optlab.typing import Array

#: The least product of step and change that counts as a curvature, as in torch.
_LEAST = 1e-10


class Curvatures:
    """Pairs of steps and changes of the gradient, the oldest first.

    Parameters
    ----------
    most : int
        How many are kept.
    like : Parameters
        The shapes of the parameters.

    Attributes
    ----------
    gradient, step : Parameters
        Where the last step began, and the step.
    """

    def __init__(self, most: int, like: Parameters) -> None:
        self.gradient, self.step = like.zeros_like(), like.zeros_like()
        size = (most, like.flat.size)
        self._steps, self._changes = (np.zeros(size, like.dtype) for _ in range(2))
        self._count = 0

    @property
    def begins(self) -> bool:
        """Whether there has been no step yet."""
        return not self.gradient.flat.any()

    def direction(self, grad: Array) -> Array:
        """Remember what the last step changed, and return Newton's direction."""
        change = grad - self.gradient.flat
        if not self.begins and float(inner(self.step.flat, change)) > _LEAST:
            self._add(self.step.flat, change)
        self.gradient.flat[:] = grad
        self.step.flat[:] = 0
        return np.asarray(
            direction(grad, self._steps[: self._count], self._changes[: self._count])
        )

    def _add(self, step: Array, change: Array) -> None:
        if self._count == len(self._steps):
            for rows in (self._steps, self._changes):
                rows[:-1] = rows[1:].copy()
            self._count -= 1
        self._steps[self._count], self._changes[self._count] = step, change
        self._count += 1

    @property
    def state(self) -> dict[str, list[Array]]:
        """The last gradient and the last step."""
        return {
            "last_gradient": list(self.gradient.arrays),
            "last_step": list(self.step.arrays),
        }

    def saved(self) -> dict[str, Any]:
        """Return copies of all."""
        pairs = {"steps": self._steps.copy(), "changes": self._changes.copy()}
        return {"pairs": self._count, **pairs, **saved_slots(self.state)}

    def load(self, state: Mapping[str, Any]) -> None:
        """Put back what `saved` returned.

        Raises
        ------
        InputError
            If something is missing or does not fit; nothing has changed then.
        """
        count = state_number(state, "pairs", Integer(1, 0, len(self._steps)))
        rows = [np.asarray(state.get(name)) for name in ("steps", "changes")]
        shape, dtype = self._steps.shape, self._steps.dtype
        if any(each.shape != shape or each.dtype != dtype for each in rows):
            raise InputError(
                f"`state` must hold `steps` and `changes`, {dtype.name} of shape "
                f"{shape}. Received: {[(x.dtype.name, x.shape) for x in rows]}"
            )
        load_slots("LBFGS", self.state, state)
        self._steps[...], self._changes[...] = rows
        self._count = count
