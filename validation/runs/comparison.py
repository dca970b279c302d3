"""What a run and its twin come to: one row a step."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class StepRow:
    """One step of both sides.

    Attributes
    ----------
    step : int
        From 1.
    loss, twin_loss : float
        On the step's batch, before its update; the twin's at its own weights.
    drift : float
        Distance of the weights after the step, relative to their size.
    local, local_gradient : float or None
        The same for the twin that started this step from our weights, and the distance
        of its gradients relative to the largest gradient so far; None for steps that
        were not watched.
    worst : tuple
        Tensor, index, our value and the twin's, where drifting weights are furthest.
    """

    step: int
    loss: float
    twin_loss: float
    drift: float
    local: float | None
    local_gradient: float | None
    worst: tuple[str, tuple[int, ...], float, float]


@dataclass
class RunComparison:
    """An experiment and its twin, step by step."""

    dtype: str
    optimizer: str
    status: str = ""
    rows: list[StepRow] = field(default_factory=list)

    def largest(self, name: str, until: int | None = None) -> float:
        """Return the largest "drift", "local" or "local_gradient" up to a step."""
        found = [
            getattr(row, name)
            for row in self.rows
            if getattr(row, name) is not None and (until is None or row.step <= until)
        ]
        return max(found, default=0.0)
