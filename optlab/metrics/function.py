"""A metric made of the user's own function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError, shown
from optlab.lookup import takes
from optlab.metrics.base import Array, Mean, Metric


class FunctionMetric(Mean):
    """The mean over rows of a function of targets and outputs.

    Parameters
    ----------
    function : callable
        Takes ``(y_true, y_pred)`` of one batch, targets as the loss sees them; returns
        one number a row, or one for the whole batch, which then counts for every row.
    name : str, optional
        The key in `history`; the function's name if left out.

    Examples
    --------
    >>> import numpy as np
    >>> bias = FunctionMetric(lambda y, p: np.mean(p - y), name="bias")
    >>> bias([[1.0], [2.0]], [[2.0], [3.0]])
    1.0
    """

    direction = None
    by_sample = False

    def __init__(
        self,
        function: Callable[[Array, Array], npt.ArrayLike],
        name: str | None = None,
    ) -> None:
        if not takes(function, None, None):
            raise InputError(
                "A metric's function must take (y_true, y_pred). "
                f"Received: {shown(function)}"
            )
        self.function = function
        super().__init__(name or getattr(function, "__name__", "function"))

    def bind(
        self,
        target_shape: tuple[int, ...],
        output_shape: tuple[int, ...],
        from_logits: bool = False,
    ) -> Metric:
        """Accept any shapes; the function decides."""
        return self

    def update(self, y_true: Array, y_pred: Array) -> None:
        """Count one batch."""
        found = self.function(y_true, y_pred)
        try:
            values = np.asarray(found, np.float64)
        except (TypeError, ValueError):
            raise InputError(
                f"The metric {self.name!r} must return one number, or one a row. "
                f"Received: {found!r}"
            ) from None
        if values.ndim and values.shape[:1] != (len(y_pred),):
            raise InputError(
                f"The metric {self.name!r} must return one number, or one a row. "
                f"Received: shape {values.shape} for {len(y_pred)} rows"
            )
        self.total += float(values.mean()) * len(y_pred)
        self.count += len(y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return the name; a function cannot be written down."""
        return {"name": self.name}
