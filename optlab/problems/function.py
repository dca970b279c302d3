"""A problem from the user's own function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.problems.problem import Array, Problem


class Function(Problem):
    """Your own function, given as one callable for value and gradient.

    Parameters
    ----------
    value_and_grad : callable
        Takes a point of shape (dimension,) and returns the pair (value, gradient), the
        gradient of the same shape. It must not change the point.
    start : sequence of float
        Where to begin; its length is the dimension.
    bounds, minima, minimum
        As in `Problem`; only plots and summaries use them.
    name : str
        The name in titles and records.

    Raises
    ------
    InputError
        If the callable, tried once at `start`, does not return such a pair.

    See Also
    --------
    check_gradient : compares the gradient with central differences.

    Examples
    --------
    >>> bowl = Function(lambda x: (float(x @ x), 2 * x), start=[3.0, 4.0])
    >>> bowl.value_and_grad([3.0, 4.0])
    (25.0, array([6., 8.]))
    """

    name = "function"

    def __init__(
        self,
        value_and_grad: Callable[[Array], tuple[Any, npt.ArrayLike]],
        start: npt.ArrayLike,
        bounds: npt.ArrayLike | None = None,
        minima: Sequence[npt.ArrayLike] = (),
        minimum: float | None = None,
        name: str = "function",
    ) -> None:
        if not callable(value_and_grad):
            raise InputError(
                "`value_and_grad` must be a callable that returns (value, gradient). "
                f"Received: {value_and_grad!r}"
            )
        super().__init__(start, bounds, minima, minimum)
        self.name = str(name)  # type: ignore[misc]
        self.function = value_and_grad
        self.value_and_grad(self.start)

    def value_and_grad(self, x: npt.ArrayLike) -> tuple[float, Array]:
        """Return the value and the gradient that the callable gives at x."""
        point = self.point(x)
        with np.errstate(over="ignore", invalid="ignore"):
            returned = self.function(point)
        if not isinstance(returned, (tuple, list)) or len(returned) != 2:
            raise InputError(
                f"`value_and_grad` of {self.name!r} must return (value, gradient). "
                f"Received: {_described(returned)}"
            )
        value, gradient = np.asarray(returned[0]), np.asarray(returned[1])
        if value.size != 1 or value.dtype.kind not in "fiu":
            raise InputError(
                f"The value from {self.name!r} must be one real number. "
                f"Received: {_described(returned[0])}"
            )
        if gradient.ndim == 0 and self.dimension == 1:
            gradient = gradient.reshape(1)
        if gradient.shape != point.shape or gradient.dtype.kind not in "fiu":
            raise InputError(
                f"The gradient from {self.name!r} must be real and of shape "
                f"{point.shape}, as the point is. Received: {_described(returned[1])}"
            )
        return float(value.reshape(())), gradient.astype(point.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the name alone: a callable cannot be written to a file."""
        return {"name": self.name, "options": {}}

    def value(self, x: npt.ArrayLike) -> float:
        """Return the value at x."""
        return self.value_and_grad(x)[0]

    def gradient(self, x: npt.ArrayLike) -> Array:
        """Return the gradient at x, shape (dimension,)."""
        return self.value_and_grad(x)[1]

    def _value(self, x: Array) -> Any:
        points = x.reshape(self.dimension, -1).T
        found = [self.value_and_grad(point)[0] for point in points]
        return np.array(found, x.dtype).reshape(x.shape[1:])

    def __repr__(self) -> str:
        """Return the name and the dimension."""
        return f"Function({self.name!r}, dimension={self.dimension})"


def _described(returned: object) -> str:
    if isinstance(returned, np.ndarray):
        return f"an array of shape {returned.shape} and dtype {returned.dtype}"
    return repr(returned)
