"""What is done to gradients before an update: unscaling, and summing over calls."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.kernels.floating_point import flush_subnormals
from optlab.parameters import Parameters
from optlab.typing import Array


def unscaled(grads: Sequence[Array | None], scale: float) -> list[Any]:
    """Return new gradients, divided by the scale of the loss."""
    with flush_subnormals(), np.errstate(all="ignore"):
        # A quotient of arrays without axes is no array.
        return [
            None if g is None else np.asarray(g / g.dtype.type(scale)) for g in grads
        ]


class Accumulator:
    """The sum of the gradients of so many calls.

    Parameters
    ----------
    total : Parameters
        Where the sum is kept.
    steps : int
        The calls that make one update.
    """

    def __init__(self, total: Parameters, steps: int) -> None:
        self.total, self.steps = total, steps

    def add(self, rows: Sequence[Array | None], due: bool) -> list[Any]:
        """Add flat gradients; return the sums, their means where an update is due."""
        results: list[Any] = []
        with flush_subnormals(), np.errstate(all="ignore"):
            for row, sums in zip(rows, self.total.arrays, strict=True):
                if row is None:
                    results.append(None)
                    continue
                total = sums.reshape(-1)
                total += row
                if due:
                    total /= total.dtype.type(self.steps)
                results.append(total)
        return results

    def clear(self) -> None:
        """Begin again, after an update."""
        self.total.flat[:] = 0
