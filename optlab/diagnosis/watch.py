"""Watch: what one instrumented run of the original shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.diagnosis.trials import Outcome, one_thread, run_once
from optlab.errors import InputError
from optlab.experiments import Experiment

#: The largest model whose sharpness is read: some twenty readings of about ten
#: gradients each are then less than the run itself.
_READ_SIZE = 100_000


@dataclass
class Watch:
    """What was seen in one run; empty where it could not start.

    Attributes
    ----------
    outcome : Outcome
        How it ended.
    loss : list of float
        The epochs' losses.
    first_gradient, last_gradient : float
        The median norm of the kernel gradient of the first and of the last layer.
    zero_share : list of float
        The share of exact zeros in each layer's output, late in the run.
    spread : list of float
        The standard deviation of each layer's output, late in the run.
    start_spread : list of float
        The same at the first step.
    update_ratio : float
        The median of ||update|| / ||weight|| over kernels and steps.
    constant : bool
        Whether the model predicts the same for every validation row.
    moved : float
        The distance that the kernels moved in all, relative to their size; the largest
        of any kernel.
    through_time : float
        The gradient's norm at the first step of a sequence over that at the last one,
        at the input of the recurrent layer where it is farthest from 1.
    sharpness : float
        The largest curvature at the first step, as the optimizer sees it, over the one
        from which on its steps grow; NaN where it was not read.
    """

    outcome: Outcome
    loss: list[float] = field(default_factory=list)
    first_gradient: float = float("nan")
    last_gradient: float = float("nan")
    zero_share: list[float] = field(default_factory=list)
    spread: list[float] = field(default_factory=list)
    start_spread: list[float] = field(default_factory=list)
    update_ratio: float = float("nan")
    constant: bool = False
    moved: float = float("nan")
    through_time: float = float("nan")
    sharpness: float = float("nan")

    @property
    def gradient_ratio(self) -> float:
        """The first layer's gradient norm over the last layer's."""
        if not self.last_gradient > 0:
            return float("nan")
        return self.first_gradient / self.last_gradient

    @property
    def diverged(self) -> bool:
        """Whether a number stopped being finite."""
        return self.outcome.status == "diverged"

    @property
    def still_falling(self) -> bool:
        """Whether the loss fell by a hundredth or more in the last fifth of the run."""
        if len(self.loss) < 3 or not np.isfinite(self.loss).all():
            return False
        back = self.loss[-max(2, len(self.loss) // 5)]
        return self.loss[-1] < back - 0.01 * abs(back)

    @property
    def restless(self) -> bool:
        """Whether the loss went up from one epoch to the next in a third of them."""
        if len(self.loss) < 6:
            return False
        steps = np.diff(self.loss)
        return bool(np.mean(steps > 0.02 * np.abs(self.loss[:-1])) > 1 / 3)


def watch(
    experiment: Experiment,
    seed: int,
    data: Any,
    updates: int,
    deadline: float = float("inf"),
) -> Watch:
    """Run the original once with a record of gradients, activations and updates.

    Parameters
    ----------
    experiment : Experiment
        The original.
    seed : int
        Of the run.
    data : Data
        The rows.
    updates : int
        About how many steps it will make; some twenty of them are recorded.
    deadline : float
        When to stop, on `time.time`'s clock.
    """
    record = {
        "every": max(1, updates // 20),
        "slots": False,
        "instruments": _instruments(experiment, data),
    }
    with one_thread():
        outcome, run = run_once(experiment, seed, data, record, deadline)
    if run is None:
        return Watch(outcome)
    seen = Watch(outcome, [float(v) for v in run.history.get("loss", ())])
    trace = run.trace
    if trace is not None and len(trace.steps):
        kernels = [k for k, name in enumerate(trace.names) if name.endswith("kernel")]
        if kernels:
            norms = np.asarray(trace.gradient_norm)[:, kernels]
            with np.errstate(all="ignore"):
                seen.first_gradient = float(np.nanmedian(norms[:, 0]))
                seen.last_gradient = float(np.nanmedian(norms[:, -1]))
                moved = np.asarray(trace.update_norm)[:, kernels]
                size = np.asarray(trace.parameter_norm)[:, kernels]
                ratio = moved / np.where(size > 0, size, np.nan)
            finite = ratio[np.isfinite(ratio)]
            seen.update_ratio = (
                float(np.median(finite)) if finite.size else float("nan")
            )
        seen.zero_share = [float(v) for v in np.asarray(trace.activation_zero)[-1]]
        seen.spread = [float(v) for v in np.asarray(trace.activation_std)[-1]]
        seen.start_spread = [float(v) for v in np.asarray(trace.activation_std)[0]]
        if "threshold" in (read := trace.instruments):
            ratio = read["preconditioned_sharpness"] / read["threshold"]
            seen.sharpness = float(ratio[0])
    if run.status != "diverged" and data.x_val is not None:
        with np.errstate(all="ignore"):
            predicted = run.model.predict(data.x_val)
        spread = np.ptp(predicted, axis=0)
        seen.constant = bool((spread <= 1e-4 * (1 + np.abs(predicted).max())).all())
    return seen


def _instruments(experiment: Experiment, data: Any) -> str:
    """Return what to read besides, where that costs little: exact and small."""
    from optlab.instruments.coverage import covers
    from optlab.instruments.preconditioning import PRECONDITIONERS
    from optlab.training.objective import Objective

    try:
        built = experiment.build(data, strict=False)
        small = 0 < built.model.parameters.size <= _READ_SIZE
        known = small and type(built.optimizer) in PRECONDITIONERS
        exact = known and covers(Objective(built.model, built.loss))
    except InputError:
        return ""
    return "preconditioned_sharpness" if exact else ""
