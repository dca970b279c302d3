"""A pair: one optimizer here and there, and the arguments that both are given.

Arguments are powers of two or sums of few, which float32 holds exactly: then what
differs in float64 is the formula and not the rounding of a constant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: Frameworks, and libraries written for torch: the names of their packages.
FRAMEWORKS = ("torch", "optax")
LIBRARIES = ("pytorch_optimizer", "timm")
#: What float64 may differ by where the formula is the same. Measured 2026-11-28: the
#: largest is 3.9e-15, and the least of another formula 3.7e-4.
ROUNDING = 1e-12
#: The same where a number stays in float32 even then.
KEPT = 1e-6
#: Large, so that the place of an epsilon shows.
RATE, EPSILON = 2.0**-5, 2.0**-8


@dataclass(frozen=True)
class Pair:
    """One optimizer here and there.

    Attributes
    ----------
    framework : str
        One of `FRAMEWORKS` or `LIBRARIES`.
    theirs : str
        What it is called there.
    ours : str
        The registered name here.
    names : mapping
        What our arguments are called there, "betas.0" for the first of a pair.
    matched : mapping
        Our arguments where both sides are given the same.
    theirs_only : mapping
        What theirs needs besides for that.
    variant : mapping or callable, optional
        What has their formula where ours has another: one of our optimizers by its
        configuration, or one of `formulas`.
    line : str
        What is different there, as a line.
    bug : str
        What it contradicts, where it does.
    program : str
        A few lines that show it.
    allowed : float
        What float64 may differ by where the formula is the same, as a part of the
        largest that a parameter has been.
    kept : str
        Why that is more than roundings of float64.
    """

    framework: str
    theirs: str
    ours: str
    names: Mapping[str, str] = field(default_factory=dict)
    matched: Mapping[str, Any] = field(default_factory=dict)
    theirs_only: Mapping[str, Any] = field(default_factory=dict)
    variant: Mapping[str, Any] | Callable[..., Any] | None = None
    line: str = ""
    bug: str = ""
    program: str = ""
    allowed: float = ROUNDING
    kept: str = ""

    @property
    def switches(self) -> dict[str, Any]:
        """Those of our arguments that select a rule."""
        return {k: v for k, v in self.matched.items() if v is True or k == "momentum"}


#: What the arguments of many are called there.
TORCH_BETAS = {"beta_1": "betas.0", "beta_2": "betas.1"}
TORCH_ADAM = {**TORCH_BETAS, "epsilon": "eps"}
OPTAX_ADAM = {"beta_1": "b1", "beta_2": "b2", "epsilon": "eps"}
TWO_BETAS = {"beta_1": 0.875, "beta_2": 0.96875}
BETAS = {**TWO_BETAS, "epsilon": EPSILON}
MOMENTUM = {"momentum": "momentum", "nesterov": "nesterov"}
AFTER = "epsilon is added to the corrected root; tf.keras adds it to the uncorrected"
ROOT = "epsilon is added to the root; tf.keras adds it under the root"
INNER = "epsilon is added to |g| inside the maximum; tf.keras adds it to the divisor"
RHO = {"rho": 0.875, "epsilon": EPSILON}
SUM = {"initial_accumulator_value": 0.5, "epsilon": EPSILON}
SAME_SUM = {"initial_accumulator_value": "initial_accumulator_value", "epsilon": "eps"}
ADAN = {"beta_1": "b1", "beta_2": "b2", "beta_3": "b3", "epsilon": "eps"}
IN_FLOAT32 = "a number of the optimizer stays in float32 there"
#: What such a pair is given besides.
STAYS_IN_FLOAT32: dict[str, Any] = {"allowed": KEPT, "kept": IN_FLOAT32}
BEFORE = "epsilon is added to the uncorrected root; the authors add it to the corrected"
THREE = {**TORCH_ADAM, "beta_3": "betas.2"}
THREE_BETAS = {**BETAS, "beta_3": 0.984375}
DECAYED_MOMENTUM = {**MOMENTUM, "weight_decay": "weight_decay"}
