"""What the arguments of somebody's optimizer are called here, and numbers for them.

Numbers are near their defaults and such as float32 holds exactly, so that what differs
in float64 is the formula and not the rounding of a constant; epsilon is large, so that
its place shows.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.validation.frameworks.pair import EPSILON, RATE

RATES = ("lr", "learning_rate")
#: Our words for theirs, the first that the rule has; of tuples for each place. What is
#: not here has the same name.
_WORDS: dict[str, tuple[str, ...]] = {
    "b1": ("beta_1",),
    "b2": ("beta_2",),
    "b3": ("beta_3",),
    "beta": ("momentum", "beta_1", "beta"),
    "beta1": ("beta_1",),
    "beta2": ("beta_2",),
    "beta3": ("beta_3",),
    "beta2_decay": ("beta_2_decay",),
    "momentum": ("momentum", "beta_1"),
    "eps": ("epsilon", "epsilon_1"),
    "eps1": ("epsilon_1",),
    "eps2": ("epsilon_2",),
    "epsilon": ("epsilon", "epsilon_1"),
    "alpha": ("alpha", "rho"),
    "decay": ("rho",),
    "weight_decay": ("l2_regularization_strength", "weight_decay"),
    "wd": ("l2_regularization_strength", "weight_decay"),
    "ams_bound": ("amsgrad", "amsbound"),
    "initial_accumulator": ("initial_accumulator_value",),
    "final_lr": ("final_learning_rate",),
    "d": ("clip_threshold",),
    "trust_coeff": ("trust_coefficient",),
}
_PLACES: dict[str, tuple[str, ...]] = {
    "betas": ("beta_1", "beta_2", "beta_3"),
    "nus": ("nu_1", "nu_2"),
    "eps": ("epsilon_1", "epsilon_2"),
    "etas": ("shrinkage", "growth"),
    "step_sizes": ("smallest_step", "largest_step"),
}


@dataclass(frozen=True)
class Arguments:
    """What somebody's optimizer is made with.

    Attributes
    ----------
    theirs : dict
        By their names, the rate among them.
    parts : dict of str to (tuple of str, value)
        By their names, "betas.0" for the first of several: what each may be called
        here, and what it is.
    """

    theirs: dict[str, Any]
    parts: dict[str, tuple[tuple[str, ...], Any]]

    def ours(self, known: Iterable[str]) -> dict[str, Any]:
        """Return the arguments of a rule that knows these names."""
        known = set(known)
        found: dict[str, Any] = {}
        for words, value in self.parts.values():
            word = next((w for w in words if w in known and w not in found), None)
            if word is not None:
                found[word] = value
        return found

    def unknown(self, known: Iterable[str]) -> list[str]:
        """Return those of theirs that such a rule has no word for, and that are set."""
        known = set(known)
        return [
            name
            for name, (words, value) in self.parts.items()
            if value and not known.intersection(words)
        ]


def arguments(path: str, made: Callable[..., Any], leading: int) -> Arguments:
    """Choose what an optimizer is made with.

    Parameters
    ----------
    path : str
        For messages.
    made : callable
        A class or a function.
    leading : int
        The arguments that are no settings: the parameters.

    Raises
    ------
    InputError
        If none is a learning rate, or one without a default has no name that is known.
    """
    try:
        signature = list(inspect.signature(made).parameters.values())[leading:]
    except ValueError as error:
        raise InputError(
            f"The arguments of {path!r} cannot be read: {error}"
        ) from error
    rate = next((p.name for p in signature if p.name in RATES), None)
    if rate is None:
        names = ", ".join(p.name for p in signature) or "no arguments"
        raise InputError(
            f"{path!r} must take its learning rate as `lr` or `learning_rate`, so that "
            f"it can be given the rate of ours. Received: {names}"
        )
    theirs: dict[str, Any] = {rate: RATE}
    parts: dict[str, tuple[tuple[str, ...], Any]] = {}
    for each in signature:
        if each.name == rate or each.kind in (each.VAR_KEYWORD, each.VAR_POSITIONAL):
            continue
        if each.default is each.empty:
            raise InputError(
                f"{path!r} cannot be made: its argument `{each.name}` has no default. "
                "Give a function that fills it in, such as "
                f"`lambda lr=0.001: {made.__name__}(lr, {each.name}=...)`."
            )
        value = _near(each.name, each.default)
        if value is not None:
            theirs[each.name] = value
            parts |= _parts(each.name, value)
    return Arguments(theirs, parts)


def _near(name: str, value: Any) -> Any:
    """Return what is given in the place of a default; None where nothing is known."""
    if isinstance(value, tuple) and all(isinstance(v, (int, float)) for v in value):
        return tuple(_near(name, v) for v in value)
    if isinstance(value, (bool, int)):
        return value
    if not isinstance(value, float):
        return None
    return EPSILON if name.startswith("eps") else exact(value)


def exact(value: float) -> float:
    """Return a number near one, of few bits; itself where float32 holds it.

    Between a half and 1 it is one less a power of two, elsewhere a power of two.
    """
    if float(np.float32(value)) == value or not math.isfinite(value):
        return value
    if 0.5 < value < 1:
        return 1 - 2.0 ** max(round(math.log2(1 - value)), -20)
    return math.copysign(2.0 ** round(math.log2(abs(value))), value)


def _parts(name: str, value: Any) -> dict[str, tuple[tuple[str, ...], Any]]:
    if not isinstance(value, tuple):
        return {name: (_WORDS.get(name, (name,)), value)}
    places = _PLACES.get(name, ())
    return {
        f"{name}.{k}": ((places[k],) if k < len(places) else (), part)
        for k, part in enumerate(value)
    }
