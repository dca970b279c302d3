"""The one table of tolerances: how far a mode may be from our rules, and why.

Eager mode, and `tf.function` without Grappler, must agree to the last bit, and so must
the models of what the compiled modes compute. For our own rules against a compiled mode
the bound is in roundings (see `optlab.validation.parity.Tolerance`): the next power of
two above the largest that the full matrix measured, over both dtypes and all regimes,
on processors with AVX2 and with AVX-512, for which XLA takes sums in other orders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optlab.validation.matrix.cases import OptimizerCase
from optlab.validation.parity import Tolerance

_RSQRT = "Grappler multiplies by a reciprocal root instead of dividing by the root"
_SQRT = (
    "Grappler takes a root for pow(x, .5), and the difference of two powers amplifies "
    "the last bit"
)
_FOLD = "Grappler folds constant factors, which rounds once less"
_FMA = "XLA rounds a product and a sum together (FMA)"
_SUMS = "XLA takes the sums of a mean or a norm in another order"
_AVERAGE = "and the average adds its own"
_RECIPROCAL = (
    "Grappler multiplies by the reciprocal of decay_steps, which makes another float32 "
    "rate"
)
_RATE = f"{_RECIPROCAL}, in units of float64"
_ADDS_UP = "the averages keep it: a third of a rounding a step"


@dataclass(frozen=True)
class Bound:
    """One row of the table.

    Attributes
    ----------
    mode : str
        See `optlab.validation.matrix.modes`.
    optimizers : tuple of str
        Which the row is for; all where empty.
    roundings : float
        What passes.
    reason : str
        Why that is right.
    option : str
        The row is for cases with this argument only.
    dtype : str
        The row is for this dtype only.
    grows : bool
        Whether the bound is for 100 steps, and for more in proportion.
    """

    mode: str
    optimizers: tuple[str, ...]
    roundings: float
    reason: str
    option: str = ""
    dtype: str = ""
    grows: bool = False

    def fits(self, case: OptimizerCase, mode: str, dtype: str) -> bool:
        """Say whether the row is for this cell of the matrix."""
        return (
            mode == self.mode
            and (not self.optimizers or case.name in self.optimizers)
            and (not self.option or self.option in case.arguments)
            and self.dtype in ("", dtype)
        )


#: The first row that fits counts; what fits none must agree to the last bit.
BOUNDS: tuple[Bound, ...] = (
    Bound("function", ("ftrl",), 2.0**38, _SQRT, dtype="float64"),
    Bound("function", ("ftrl",), 2.0**23, _SQRT),
    Bound("function", (), 2.0**31, _RATE, "learning_rate", "float64"),
    Bound("function", ("schedulefreeadamw",), 32.0, f"{_FOLD}; {_ADDS_UP}", grows=True),
    Bound("function", ("adadelta",), 16.0, _RSQRT),
    Bound("function", ("adagrad", "rmsprop", "adafactor", "lamb"), 8.0, _RSQRT),
    Bound("function", ("muon",), 8.0, f"{_RSQRT}, {_AVERAGE}", "use_ema"),
    Bound("function", ("muon",), 4.0, _RSQRT),
    Bound("function", (), 4.0, _FOLD, "gradient_accumulation_steps"),
    Bound("function", (), 1.0, _FOLD, "weight_decay"),
    Bound("function", (), 4.0, _RECIPROCAL, "learning_rate"),
    Bound("function", ("adamw",), 1.0, f"{_FOLD} (its weight decay)"),
    Bound("xla", ("ftrl",), 2.0**38, f"{_SQRT}; {_FMA}", dtype="float64"),
    Bound("xla", ("ftrl",), 2.0**23, f"{_SQRT}; {_FMA}"),
    Bound("xla", (), 2.0**31, _RATE, "learning_rate", "float64"),
    Bound("xla", ("schedulefreeadamw",), 32.0, f"{_FMA}; {_ADDS_UP}", grows=True),
    Bound("xla", ("adadelta",), 32.0, f"{_FMA}; {_RSQRT}"),
    Bound("xla", (), 64.0, f"{_FMA}, {_AVERAGE}", "use_ema"),
    Bound("xla", ("adafactor",), 16.0, f"{_FMA}; {_RSQRT}; {_SUMS}"),
    Bound("xla", ("adagrad", "rmsprop"), 8.0, f"{_FMA}; {_RSQRT}"),
    Bound("xla", (), 16.0, f"{_FMA}; {_SUMS}", "clipnorm"),
    Bound("xla", (), 8.0, _FMA),
)

#: What tf.keras cannot run at all.
REFUSED = {
    ("muon", "float64"): "tf.keras raises: Muon multiplies by a float32 tensor",
}

#: Where XLA computes something else than eager mode: (optimizer, argument, regime).
ELSEWHERE = {
    ("adam", "amsgrad", "huge"): "XLA's maximum passes over NaN: see the model",
    ("rmsprop", "centered", "huge"): "with FMA no inf - inf arises: see the model",
}


def tolerance(
    case: OptimizerCase, mode: str, dtype: str, model: bool = False, steps: int = 1
) -> Tolerance:
    """Return what passes for a case.

    Parameters
    ----------
    case : OptimizerCase
        The optimizer and its arguments.
    mode, dtype : str
        See `optlab.validation.matrix.modes`.
    model : bool
        Whether the mode's model is compared, which must be exact.
    steps : int
        After how many it is compared at last.
    """
    if not model and mode not in ("eager", "unoptimized"):
        for bound in BOUNDS:
            if bound.fits(case, mode, dtype):
                # Below the normal numbers FMA flushes less than two operations do: in
                # a sum of squares up to the smallest normal number each step.
                tiny = max(16, steps) * float(np.finfo(dtype).tiny)
                times = max(1.0, steps / 100) if bound.grows else 1.0
                return Tolerance(0, tiny, bound.reason, times * bound.roundings, True)
    if case.name == "ftrl":
        why = "same bits, but for the sign of zero: (0 - z)/q at z = 0"
        return Tolerance(reason=why, nonfinite=True)
    return Tolerance(nonfinite=True, signed_zeros=True)


def refused(name: str, dtype: str) -> str:
    """Return why tf.keras cannot run an optimizer in a dtype; empty where it can."""
    return REFUSED.get((name, dtype), "")


def elsewhere(case: OptimizerCase, mode: str, regime: str) -> str:
    """Return why our rule is not what a mode computes there; empty where it is."""
    if mode != "xla":
        return ""
    for argument in case.arguments:
        why = ELSEWHERE.get((case.name, argument, regime))
        if why:
            return why
    return ""
