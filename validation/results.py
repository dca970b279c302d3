"""What every check of the parity matrix comes to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from optlab.notebook import drawn, parity_html
from optlab.validation.parity import Comparison, Tolerance


@dataclass(frozen=True)
class Result:
    """One row of the report.

    Attributes
    ----------
    group : str
        "optimizers", "random", "golden", "losses", "metrics", "layers", "schedules",
        "runs", "fits" or "yours".
    label : str
        What was compared, with its arguments: "adam amsgrad".
    dtype, mode, regime : str
        As in `optlab.validation.matrix`; empty where it has no meaning.
    tolerance : Tolerance
        What passes, and why.
    comparisons : list of Comparison
        One a tensor and step.
    refused : str
        Why there is nothing to compare: tf.keras raises.
    error : str
        Why the row failed other than by a distance.
    note : str
        The measured figure, where it is neither ULP nor roundings.
    drift : Verdict or None
        The curves of a whole run.
    """

    group: str
    label: str
    dtype: str
    mode: str
    regime: str
    tolerance: Tolerance
    comparisons: list[Comparison] = field(default_factory=list)
    refused: str = ""
    error: str = ""
    note: str = ""
    drift: Any = None
    seconds: float = 0.0

    @property
    def failures(self) -> list[Comparison]:
        """What is outside the tolerance."""
        return [found for found in self.comparisons if not found.passed]

    @property
    def passed(self) -> bool:
        """Whether all is within the tolerance."""
        return not self.failures and not self.error

    @property
    def exact(self) -> bool:
        """Whether both sides had the same bits throughout."""
        if self.refused or self.error:
            return False
        if self.drift is not None:
            return bool(self.drift.exact)
        return self.ulp == 0 and not self.note

    @property
    def ulp(self) -> int:
        """The largest distance, in units in the last place."""
        return max((found.ulp for found in self.comparisons), default=0)

    @property
    def roundings(self) -> float:
        """The largest distance, in roundings."""
        return max((found.roundings for found in self.comparisons), default=0.0)

    def ulp_at(self) -> dict[int, int]:
        """Return the largest distance by step."""
        found: dict[int, int] = {}
        for one in self.comparisons:
            if one.where.step is not None:
                step = one.where.step
                found[step] = max(found.get(step, 0), one.ulp)
        return found

    def messages(self) -> list[str]:
        """Say what is outside the tolerance, one line a tensor and step."""
        return ([self.error] if self.error else []) + [
            found.message() for found in self.failures
        ]

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return parity_html(self)

    def plot(self, title: str | None = None) -> Any:
        """Draw the distance by step: see `optlab.validation.plots.plot_result`."""
        return drawn("plot_result", self, title, "optlab.validation.plots")

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return {
            "group": self.group,
            "subject": self.label,
            "dtype": self.dtype,
            "mode": self.mode,
            "regime": self.regime,
            "passed": self.passed,
            "ulp": self.ulp,
            "roundings": self.roundings,
            "ulp_at_step": self.ulp_at(),
            "tolerance": str(self.tolerance),
            "reason": self.tolerance.reason,
            "refused": self.refused,
            "note": self.note,
            "failures": self.messages(),
            "seconds": round(self.seconds, 3),
        }
