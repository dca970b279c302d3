"""The clip of an optimizer: its rule, and the numbers that are measured for it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from optlab.kernels import sums
from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.rules.clipping import CLIPS, global_norm_factor
from optlab.optimizers.options import Options
from optlab.typing import Array


class Clipping:
    """What an optimizer does to its gradients first.

    Parameters
    ----------
    options : Options
        Of the optimizer.
    dtype : dtype
        Of its parameters.

    Attributes
    ----------
    function : callable or None
        The rule, of `optlab.kernels.rules.clipping`; None where nothing is clipped.
    bounds : ndarray, shape (2,)
        The numbers that it takes after the gradient.
    by_tensor : bool
        Whether they differ from tensor to tensor.
    """

    def __init__(self, options: Options, dtype: np.dtype[Any]) -> None:
        self.option = options.clip
        self.function: Callable[..., Any] | None = None
        self.factor: Callable[..., Any] = global_norm_factor
        self.bounds = np.zeros(2, dtype)
        self.by_tensor = self.option == "clipnorm"
        self._count = 0
        if self.option is not None:
            self.function = CLIPS[self.option]
            self._count = len(inspect.signature(self.function).parameters) - 1
            self._limit: float = getattr(options, self.option)
            self.bounds[0] = self._limit

    def measure_all(self, rows: Sequence[Array | None]) -> None:
        """Set what depends on the gradients of all tensors, flat ones."""
        if self.option != "global_clipnorm":
            return
        number = self.bounds.dtype.type
        with flush_subnormals(), np.errstate(all="ignore"):
            squares = [sums.sum_of_squares_eigen(r) for r in rows if r is not None]
            norm = np.sqrt(number(sums.sum_eigen(np.array(squares, number))))
            limit = self._limit
            self.bounds[0] = self.factor(
                number(1), norm, number(limit), number(1.0 / limit)
            )

    def measure(self, row: Array) -> None:
        """Set what depends on the gradient of one tensor."""
        if self.by_tensor:
            with flush_subnormals():
                self.bounds[1] = sums.norm_eigen(row)

    def clipped(self, row: Array) -> Any:
        """Return a gradient clipped, on NumPy arrays."""
        if self.function is None:
            return row
        return self.function(row, *self.bounds[: self._count])
