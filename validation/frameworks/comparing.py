"""How far apart two frameworks are, and what that means."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.errors import InputError
from optlab.typing import Array
from optlab.validation.frameworks.pair import LIBRARIES, RATE, Pair
from optlab.validation.frameworks.pairs import PAIRS
from optlab.validation.frameworks.stepping import (
    formula_steps,
    our_steps,
    rate_name,
    their_default,
    their_steps,
)

#: What a framework needs to be installed.
_NEEDED = {"torch": ("torch",), "optax": ("jax", "optax")}
SAME, ROUNDED, OTHER, BUG = "same bits", "rounding only", "another formula", "bug"


@dataclass(frozen=True)
class Comparison:
    """One optimizer here and there, on the same gradients.

    Attributes
    ----------
    pair : Pair
        What was compared.
    verdict : str
        "same bits", "rounding only", "another formula" or "bug".
    float32 : float
        The largest distance of 100 steps with matched arguments, in roundings of the
        largest that the parameter has been.
    float64 : float
        The same in float64, as a part of that.
    shown : float or None
        The distance in float64 of the variant that has their line.
    apart : float
        With everybody's own defaults, how far apart the parameters end, as a part of
        the longest way that one went.
    defaults : tuple of str
        The defaults that differ.
    """

    pair: Pair
    verdict: str
    float32: float
    float64: float
    shown: float | None
    apart: float
    defaults: tuple[str, ...]

    @property
    def explained(self) -> bool:
        """Whether what is different is shown by a variant that is not."""
        agrees = self.verdict in (SAME, ROUNDED)
        return agrees or (self.shown is not None and self.shown <= self.pair.allowed)

    @property
    def evidence(self) -> str:
        """What the verdict rests on, in words."""
        kept = f" ({self.pair.kept})" if self.pair.kept else ""
        if self.verdict == SAME:
            return "all bits of 100 steps in both dtypes"
        if self.verdict == ROUNDED:
            return (
                f"float64 {self.float64:.1e}; float32 at most {self.float32:.0f} "
                f"roundings{kept}"
            )
        if not self.explained:
            return f"float64 {self.float64:.1e}; no variant reproduces it"
        return f"{self.pair.line}: with that line float64 {self.shown:.1e}{kept}"

    def to_dict(self) -> dict[str, Any]:
        """Return what --json prints."""
        return {
            "framework": self.pair.framework,
            "theirs": self.pair.theirs,
            "ours": self.pair.ours,
            "arguments": dict(self.pair.matched),
            "verdict": self.verdict,
            "float32_roundings": self.float32,
            "float64_relative": self.float64,
            "variant_float64_relative": self.shown,
            "own_defaults_apart": self.apart,
            "defaults": list(self.defaults),
            "evidence": self.evidence,
            "contradicts": self.pair.bug,
        }


def check_installed(frameworks: Sequence[str]) -> None:
    """Raise where a framework is not there.

    Raises
    ------
    InputError
        One line that names it and the extra.
    """
    for name in frameworks:
        needed = _NEEDED.get(name, (name, "torch"))
        if any(importlib.util.find_spec(package) is None for package in needed):
            raise not_installed(name)


def not_installed(name: str) -> InputError:
    """Return the line that names a package and its extra."""
    extra = "libraries" if name in LIBRARIES else "bench"
    return InputError(f"{name} is not installed: pip install '.[{extra}]'")


def compared(
    frameworks: Sequence[str], pairs: Sequence[Pair] = tuple(PAIRS)
) -> Iterator[Comparison]:
    """Yield the comparison of each pair with one of these frameworks."""
    for pair in pairs:
        if pair.framework in frameworks:
            yield compare(pair)


def compare(pair: Pair) -> Comparison:
    """Step both sides, and the variant where they part."""
    config = {"name": pair.ours, "learning_rate": RATE, **pair.matched}
    theirs = {rate_name(pair.framework): RATE, **pair.theirs_only}
    theirs |= _translated(pair, pair.matched)
    distances, same = {}, True
    for dtype in ("float32", "float64"):
        a, b = our_steps(config, dtype), their_steps(pair, theirs, dtype)
        distances[dtype] = distance(a, b)
        same = same and a.tobytes() == b.tobytes()
    shown = None
    if same:
        verdict = SAME
    elif distances["float64"] <= pair.allowed:
        verdict = ROUNDED
    else:
        verdict = BUG if pair.bug else OTHER
        if pair.variant is not None:
            shown = distance(_variant(pair, config), b)
    apart, defaults = _own_defaults(pair)
    roundings = distances["float32"] / float(np.finfo("float32").eps)
    return Comparison(
        pair, verdict, roundings, distances["float64"], shown, apart, defaults
    )


def _variant(pair: Pair, config: Mapping[str, Any]) -> Array:
    if callable(pair.variant):
        return formula_steps(pair.variant, pair.matched, "float64")
    changed = {**config, **(pair.variant or {})}
    known = optimizers.lookup(changed["name"]).config_names()
    kept = {k: v for k, v in changed.items() if k in (*known, "name")}
    return our_steps(kept, "float64")


def _own_defaults(pair: Pair) -> tuple[float, tuple[str, ...]]:
    """Return how far the defaults lead apart, and which differ."""
    optimizer: Any = optimizers.get(pair.ours)
    rate = rate_name(pair.framework)
    their_rate = their_default(pair, rate)
    given = {} if isinstance(their_rate, float) else {rate: optimizer.learning_rate}
    a = our_steps({"name": pair.ours, **pair.switches}, "float64")
    b = their_steps(pair, {**given, **_translated(pair, pair.switches)}, "float64")
    first = our_steps({"name": "sgd", "learning_rate": 0.0}, "float64")[0]
    way = max(np.max(np.abs(a - first)), np.max(np.abs(b - first)))
    differ = []
    if not given and their_rate != optimizer.learning_rate:
        differ.append(
            f"learning_rate {optimizer.learning_rate:g}, there {their_rate:g}"
        )
    for ours, theirs in pair.names.items():
        if ours in pair.switches or not theirs:
            continue
        mine = optimizer.get_config()[ours]
        default = their_default(pair, theirs)
        if (default or 0) != (mine or 0):
            differ.append(f"{ours} {mine}, there {default}")
    for name, value in pair.theirs_only.items():
        if their_default(pair, name) != value:
            differ.append(f"{name} there {their_default(pair, name)}")
    return float(np.max(np.abs(a[-1] - b[-1])) / way), tuple(differ)


def _translated(pair: Pair, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Write our arguments as theirs."""
    found: dict[str, Any] = {}
    for name, value in arguments.items():
        theirs, _, place = pair.names.get(name, "").partition(".")
        if place:
            found[theirs] = (*found.get(theirs, ()), value)
        elif theirs:
            found[theirs] = value
    return found


def distance(a: Array, b: Array) -> float:
    """Return the largest distance, as a part of the largest that a number has been."""
    scale = np.max(np.abs(a.astype("float64")), axis=0)
    return float(np.max(np.abs(a.astype("float64") - b.astype("float64")) / scale))
