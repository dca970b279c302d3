"""Compare two arrays, and say exactly where and by how much they differ.

`numpy.testing.assert_array_max_ulp` is not enough: it accepts infinity beside
the largest float, NaN beside NaN, and float32 beside float64.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.validation.ulp import FLOATS, ulp_distance


@dataclass(frozen=True)
class Tolerance:
    """How far two arrays may be apart, and why.

    An element passes when any of the three bounds is kept: near zero a harmless
    difference is many units in the last place.

    Parameters
    ----------
    ulp : int
        Largest distance in units in the last place.
    absolute : float
        Largest absolute difference that passes whatever its distance in units.
    roundings : float
        Largest difference in roundings: units of machine epsilon times the largest
        magnitude that the element has had, which `compare` is given as `scale`.
    reason : str
        Why anything but 0 is right; shown wherever the tolerance is.
    nonfinite : bool
        Whether NaN and infinity may appear, in the same places with the same sign on
        both sides. Off by default: a NaN on both sides is no proof of parity.
    signed_zeros : bool
        Whether +0 and -0 count as a mismatch.
    """

    ulp: int = 0
    absolute: float = 0.0
    reason: str = "same bits"
    roundings: float = 0.0
    nonfinite: bool = False
    signed_zeros: bool = False

    @property
    def exact(self) -> bool:
        """Whether nothing but the same value passes."""
        return self.ulp == 0 and self.absolute == 0.0 and self.roundings == 0.0

    def __str__(self) -> str:
        """Show the bounds in a few characters."""
        bounds = [f"{self.ulp} ULP"] if self.ulp or self.exact else []
        bounds += [f"{self.absolute:g}"] if self.absolute else []
        bounds += [f"{self.roundings:g} roundings"] if self.roundings else []
        return " or ".join(bounds)


EXACT = Tolerance()


@dataclass(frozen=True)
class Where:
    """What was being compared: every field that is known goes into the message."""

    subject: str = ""
    dtype: str = ""
    mode: str = ""
    step: int | None = None
    tensor: str = ""

    def __str__(self) -> str:
        """Join the known fields."""
        parts = [self.subject, self.dtype, self.mode]
        if self.step is not None:
            parts.append(f"step {self.step}")
        parts.append(self.tensor)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True)
class Comparison:
    """The outcome of comparing two arrays.

    Attributes
    ----------
    fault : str
        Empty where the arrays agree; else "shape", "dtype", "finiteness", "value" or
        "sign of zero".
    ulp : int
        Largest distance in units in the last place over the finite elements.
    absolute : float
        Largest absolute difference over the finite elements.
    roundings : float
        Largest difference in roundings; 0 where `compare` had no scale.
    differing : int
        How many elements are not the same value.
    index : tuple of int or None
        The first element outside the tolerance; where all pass, the most distant one.
    actual, expected : object
        The values there; for a shape or dtype fault, the shapes or dtypes.
    """

    fault: str
    ulp: int
    absolute: float
    roundings: float
    differing: int
    size: int
    index: tuple[int, ...] | None
    actual: Any
    expected: Any
    tolerance: Tolerance
    where: Where

    @property
    def passed(self) -> bool:
        """Whether the arrays agree within the tolerance."""
        return not self.fault

    def message(self) -> str:
        """Say what differs, where, and by how much."""
        head = f"{self.where}: " if str(self.where) else ""
        if self.fault in ("shape", "dtype"):
            return f"{head}{self.fault} is {self.actual}, expected {self.expected}"
        if self.index is None:
            return f"{head}nothing to compare"
        at = f"index {_index(self.index)}"
        values = f"got {self.actual!r}, expected {self.expected!r}"
        if self.fault == "finiteness":
            return f"{head}{at}: not finite: {values}"
        if self.fault == "sign of zero":
            return f"{head}{at}: the zeros differ in sign: {values}"
        if not self.fault:
            return f"{head}within {self.tolerance} (largest distance {self.ulp} ULP)"
        return (
            f"{head}{at}: {values}, {_gap(self.actual, self.expected)} apart "
            f"(allowed: {self.tolerance}); {self.differing} of {self.size} elements "
            f"differ, the largest distance is {self.ulp} ULP"
        )


def _gap(actual: Any, expected: Any) -> str:
    distance = int(ulp_distance(np.asarray(actual), np.asarray(expected)))
    return f"{distance} ULP"


def _index(index: tuple[int, ...]) -> str:
    return str(index[0]) if len(index) == 1 else str(tuple(index))


def _first(mask: npt.NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(mask)), mask.shape))


def compare(
    actual: npt.ArrayLike,
    expected: npt.ArrayLike,
    tolerance: Tolerance = EXACT,
    where: Where | None = None,
    scale: npt.ArrayLike | None = None,
) -> Comparison:
    """Compare shape, dtype, finiteness and then values.

    Parameters
    ----------
    actual, expected : array_like of float16, float32 or float64
        Ours and theirs. Nothing is broadcast, nothing is cast.
    tolerance : Tolerance
        What passes.
    where : Where, optional
        What is being compared, for the message.
    scale : array_like, optional
        The largest finite magnitude that each element has had, for
        `Tolerance.roundings`.

    Returns
    -------
    Comparison
        With `fault` empty where everything passed.
    """
    a, e = np.asarray(actual), np.asarray(expected)
    where = where or Where()

    def outcome(
        fault: str, index: tuple[int, ...] | None = None, **more: Any
    ) -> Comparison:
        fields: dict[str, Any] = {
            "ulp": 0,
            "absolute": 0.0,
            "roundings": 0.0,
            "differing": 0,
            "actual": None if index is None else a[index],
            "expected": None if index is None else e[index],
        }
        return Comparison(
            fault,
            size=a.size,
            index=index,
            tolerance=tolerance,
            where=where,
            **(fields | more),
        )

    if a.shape != e.shape:
        return outcome("shape", actual=a.shape, expected=e.shape)
    if a.dtype != e.dtype or a.dtype.type not in FLOATS:
        return outcome("dtype", actual=a.dtype.name, expected=e.dtype.name)
    if a.size == 0:
        return outcome("")

    finite = np.isfinite(a) & np.isfinite(e)
    if not finite.all():
        alike = (np.isnan(a) & np.isnan(e)) | (a == e)
        wrong = ~finite & ~(alike & np.bool_(tolerance.nonfinite))
        if wrong.any():
            return outcome("finiteness", _first(wrong))
    distance = np.where(finite, ulp_distance(a, e), np.uint64(0))
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.where(finite, np.abs(a.astype(np.float64) - e), 0.0)
    rounded = np.zeros(a.shape)
    if scale is not None:
        unit = float(np.finfo(a.dtype).eps) * np.asarray(scale, np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            rounded = np.where(gap > 0, gap / unit, 0.0)
    measured: dict[str, Any] = {
        "ulp": int(distance.max()),
        "absolute": float(gap.max()),
        "roundings": float(rounded.max()),
        "differing": int(np.count_nonzero(distance)),
    }
    outside = distance > np.uint64(tolerance.ulp)
    if tolerance.absolute > 0.0:
        outside &= gap > tolerance.absolute
    if tolerance.roundings > 0.0 and scale is not None:
        outside &= rounded > tolerance.roundings
    if outside.any():
        return outcome("value", _first(outside), **measured)
    if tolerance.signed_zeros:
        flipped = (a == 0) & (e == 0) & (np.signbit(a) != np.signbit(e))
        if flipped.any():
            return outcome("sign of zero", _first(flipped), **measured)
    return outcome("", _first(distance == distance.max()), **measured)


def assert_parity(
    actual: npt.ArrayLike,
    expected: npt.ArrayLike,
    tolerance: Tolerance = EXACT,
    *,
    subject: str = "",
    dtype: str = "",
    mode: str = "",
    step: int | None = None,
    tensor: str = "",
) -> Comparison:
    """Raise AssertionError unless the two agree; name the place where they do not.

    Parameters
    ----------
    actual, expected : array_like of float16, float32 or float64
        Ours and theirs.
    tolerance : Tolerance
        What passes; the same bits where left out.
    subject, dtype, mode, step, tensor
        What is being compared (an optimizer, "float32", "eager", 10, "velocity"): each
        that is given is part of the message.

    Returns
    -------
    Comparison
        The measured distances, for tables.

    Raises
    ------
    AssertionError
        With the place, index, both values and the distance.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(3, np.float32)
    >>> assert_parity(one, one).ulp
    0
    >>> assert_parity(np.nextafter(one, np.float32(2)), one, subject="adam", step=10)
    Traceback (most recent call last):
    AssertionError: adam, step 10: index 0: got np.float32(1.0000001), expected \
np.float32(1.0), 1 ULP apart (allowed: 0 ULP); 3 of 3 elements differ, the largest \
distance is 1 ULP
    """
    where = Where(subject, dtype, mode, step, tensor)
    found = compare(actual, expected, tolerance, where)
    if found.fault:
        raise AssertionError(found.message())
    return found
