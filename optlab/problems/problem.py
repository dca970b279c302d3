r"""What every analytic problem has: a value, a gradient, a start, and known minima.

A problem is a function f from R^n to R with everything an experiment wants to know
about it. Points are arrays of shape (dimension,); results keep the dtype of the point,
so the same problem can be minimized in float32 and in float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from optlab.errors import InputError
from optlab.typing import Array as Array


class Problem:
    """A function to minimize; the base of all problems.

    A subclass gives `name` and writes `_value` and `_gradient` for points of shape
    (dimension, ...), coordinate first, so that the same formula serves a single point
    and a whole grid.

    Parameters
    ----------
    start : sequence of float
        Where a minimization begins unless told otherwise; its length is the dimension.
    bounds : sequence of (float, float), optional
        For each coordinate the range worth looking at in a plot.
    minima : sequence of points
        Every known global minimum; empty where there is none.
    minimum : float, optional
        The value at the minima.
    options : dict, optional
        The constructor's arguments, for `get_config`.

    Attributes
    ----------
    name : str
        The name in the registry, such as ``"double-well"``.
    dimension : int
        The number of coordinates.
    start : ndarray, shape (dimension,), float64
        The default start.
    bounds : ndarray, shape (dimension, 2), float64, or None
        Low and high end of each coordinate.
    minima : list of ndarray, each of shape (dimension,)
        The global minima.
    minimum : float or None
        The value there.
    """

    name: ClassVar[str] = ""

    def __init__(
        self,
        start: npt.ArrayLike,
        bounds: npt.ArrayLike | None = None,
        minima: Sequence[npt.ArrayLike] = (),
        minimum: float | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        self.start = finite_point("start", start)
        self.dimension = self.start.size
        self.bounds = None if bounds is None else _box(bounds, self.dimension)
        self.minima = [finite_point("minima", point) for point in minima]
        for point in self.minima:
            if point.size != self.dimension:
                raise InputError(
                    f"`minima` must hold points of {self.dimension} coordinates, as "
                    f"`start` has. Received: {point.tolist()}"
                )
        self.minimum = None if minimum is None else float(minimum)
        self.options = dict(options or {})

    def value(self, x: npt.ArrayLike) -> float:
        """Return f(x) for a point of shape (dimension,); inf where it overflows."""
        point = self.point(x)
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self._value(point))

    def gradient(self, x: npt.ArrayLike) -> Array:
        """Return the gradient at x, shape (dimension,), in the dtype of x."""
        point = self.point(x)
        with np.errstate(over="ignore", invalid="ignore"):
            return self._gradient(point)

    def value_and_grad(self, x: npt.ArrayLike) -> tuple[float, Array]:
        """Return f(x) and its gradient at x."""
        point = self.point(x)
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self._value(point)), self._gradient(point)

    def values(self, points: npt.ArrayLike) -> Array:
        """Return f at many points.

        Parameters
        ----------
        points : array_like, shape (..., dimension)
            The points, coordinates last.

        Returns
        -------
        ndarray, shape (...)
            One value a point.
        """
        grid = _floating(points)
        if grid.ndim == 0 or grid.shape[-1] != self.dimension:
            raise InputError(
                f"`points` must have shape (..., {self.dimension}). "
                f"Received: shape={grid.shape}"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(self._value(np.moveaxis(grid, -1, 0)))

    def point(self, x: npt.ArrayLike) -> Array:
        """Return x as a floating-point array of shape (dimension,), or raise."""
        point = _floating(x)
        if point.ndim == 0 and self.dimension == 1:
            point = point.reshape(1)
        if point.shape != (self.dimension,):
            raise InputError(
                f"`x` must have shape ({self.dimension},) for the problem "
                f"{self.name!r}. Received: shape={point.shape}"
            )
        return point

    def get_config(self) -> dict[str, Any]:
        """Return the name and the options, from which `problems.get` rebuilds it."""
        return {"name": self.name, "options": dict(self.options)}

    def _value(self, x: Array) -> Any:
        raise NotImplementedError

    def _gradient(self, x: Array) -> Array:
        raise NotImplementedError

    def __call__(self, x: npt.ArrayLike) -> float:
        """Return f(x)."""
        return self.value(x)

    def __repr__(self) -> str:
        """Return the call that makes this problem."""
        options = ", ".join(f"{key}={value!r}" for key, value in self.options.items())
        return f"{type(self).__name__}({options})"


def finite_point(argument: str, values: npt.ArrayLike) -> Array:
    """Return `values` as a new float64 vector; raise where it is not a finite one."""
    try:
        point = np.array(values, np.float64, ndmin=1)
    except (TypeError, ValueError, OverflowError):
        raise InputError(
            f"`{argument}` must hold numbers. Received: {argument}={values!r}"
        ) from None
    if point.ndim != 1 or point.size == 0 or not np.isfinite(point).all():
        raise InputError(
            f"`{argument}` must be a non-empty vector of finite numbers. "
            f"Received: {argument}={point.tolist()}"
        )
    return point


#: The largest count, such as a dimension: a point of 0.8 GB.
_MOST = 100_000_000


def positive_count(argument: str, value: object, least: int = 1) -> int:
    """Return `value` as an int of at least `least`, or raise."""
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not least <= int(value) <= _MOST:  # type: ignore[call-overload]
        raise InputError(
            f"`{argument}` must be an integer of at least {least}, at most {_MOST:,}. "
            f"Received: {argument}={value!r}"
        )
    return int(value)  # type: ignore[call-overload, no-any-return]


def finite_number(argument: str, value: object, least: float = -np.inf) -> float:
    """Return `value` as a finite float of at least `least`, or raise."""
    number = isinstance(value, (int, float, np.integer, np.floating))
    largest = float(np.finfo(np.float64).max)
    if (
        not number
        or isinstance(value, bool)
        or not abs(value) <= largest  # type: ignore[arg-type]
        or value < least  # type: ignore[operator]
    ):
        bound = "" if least == -np.inf else f" of at least {least:g}"
        raise InputError(
            f"`{argument}` must be a finite number{bound}. "
            f"Received: {argument}={value!r}"
        )
    return float(value)  # type: ignore[arg-type]


def _floating(x: npt.ArrayLike) -> Array:
    array = np.asarray(x)
    if array.dtype.kind == "f":
        return array
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    raise InputError(f"`x` must hold real numbers. Received: dtype={array.dtype}")


def _box(bounds: npt.ArrayLike, dimension: int) -> Array:
    box = np.array(bounds, np.float64)
    if box.shape == (2,):
        box = np.tile(box, (dimension, 1))
    ordered = box.shape == (dimension, 2) and np.isfinite(box).all()
    if not ordered or (box[:, 0] >= box[:, 1]).any():
        raise InputError(
            "`bounds` must be one (low, high), or one for each coordinate, with "
            f"low < high. Received: bounds={box.tolist()}"
        )
    return box
