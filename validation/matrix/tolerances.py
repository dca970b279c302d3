"""The one table of tolerances: how far a mode may be from our rules, and why.

Eager mode, and `tf.function` without Grappler, must agree to the last bit, and so must
the models of what the compiled modes compute. For our own rules against a compiled mode
the bound is in roundings (see `optlab.validation.parity.Tolerance`): the next power of
two above the largest that the full matrix measured.
"""

from __future__ import annotations

from dataclasses import dataclass

from optlab.validation.matrix.cases import Case
from optlab.validation.parity import Tolerance

#: Infinity and NaN must be in the same places; huge gradients overflow on both sides.
SAME_BITS = Tolerance(nonfinite=True, signed_zeros=True)

_RSQRT = "Grappler multiplies by a reciprocal root instead of dividing by the root"
_FMA = "XLA rounds a product and a sum together (FMA)"


@dataclass(frozen=True)
class Bound:
    """One row: for these optimizers (all where empty) in this mode.

    Attributes
    ----------
    option : str
        The row is for cases with this argument only.
    """

    mode: str
    optimizers: tuple[str, ...]
    roundings: float
    reason: str
    option: str = ""


#: The first row that fits counts; a case that fits none must agree to the last bit.
BOUNDS: tuple[Bound, ...] = (
    Bound(
        "xla",
        (),
        2.0**30,
        "XLA's own float32 power makes another rate, 1 ULP of float32 away",
        "learning_rate",
    ),
    Bound("xla", ("schedulefreeadamw",), 32.0, f"{_FMA}, and x is recovered by 1/beta"),
    Bound("xla", ("adadelta",), 16.0, f"{_FMA}; {_RSQRT}"),
    Bound("xla", ("adagrad", "rmsprop"), 16.0, f"{_FMA}; {_RSQRT}"),
    Bound("xla", (), 16.0, _FMA),
)

#: What an optimizer cannot run at all in tf.keras.
REFUSED = {
    ("muon", "float64"): "tf.keras raises: Muon multiplies by a float32 tensor",
}

#: Where a mode computes something else than eager mode: (optimizer, mode, regime).
ELSEWHERE = {
    ("adam", "xla", "huge"): "XLA's maximum passes over NaN: see the model's row",
    ("rmsprop", "xla", "huge"): "with FMA an inf - inf does not arise: see the model",
}


def tolerance(case: Case, mode: str, dtype: str, model: bool = False) -> Tolerance:
    """Return what passes for a case.

    Parameters
    ----------
    case : Case
        The optimizer and its arguments.
    mode, dtype : str
        See `optlab.validation.matrix.modes`.
    model : bool
        Whether the mode's model is compared, which must be exact.
    """
    if model or mode in ("eager", "unoptimized"):
        return SAME_BITS
    for bound in BOUNDS:
        fits = not bound.optimizers or case.name in bound.optimizers
        if (
            bound.mode == mode
            and fits
            and (not bound.option or bound.option in case.arguments)
        ):
            return Tolerance(
                roundings=bound.roundings, reason=bound.reason, nonfinite=True
            )
    return SAME_BITS


def refused(name: str, dtype: str) -> str:
    """Return why tf.keras cannot run an optimizer in a dtype; empty where it can."""
    return REFUSED.get((name, dtype), "")


def elsewhere(case: Case, mode: str, regime: str) -> str:
    """Return why our rule is not what a mode computes there; empty where it is."""
    variants = {"adam": "amsgrad", "rmsprop": "centered"}
    if variants.get(case.name) not in case.arguments:
        return ""
    return ELSEWHERE.get((case.name, mode, regime), "")
