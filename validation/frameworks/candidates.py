"""Every rule of ours, and every line of others, that arguments of theirs can make."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from optlab import optimizers
from optlab.errors import InputError
from optlab.typing import Array
from optlab.validation.frameworks import formulas, library_formulas, naming
from optlab.validation.frameworks.pair import RATE
from optlab.validation.frameworks.stepping import formula_steps, our_run

#: Lines of others that are no rule of ours.
_FORMULAS = [
    made
    for module in (formulas, library_formulas)
    for name, made in vars(module).items()
    if inspect.isfunction(made)
    and made.__module__ == module.__name__
    and not name.startswith("_")
]


@dataclass(frozen=True)
class Candidate:
    """A rule of ours, made with arguments of theirs."""

    label: str
    known: tuple[str, ...]
    steps: Callable[[str, int], tuple[Array, Any]]


def candidates(given: naming.Arguments) -> Iterator[Candidate]:
    """Yield every rule of ours that can be made with these arguments, once."""
    made: list[dict[str, Any]] = []
    for name, entry in optimizers.TABLE.items():
        known = ("weight_decay", *entry.cls.arguments)
        for variant in ({}, *entry.variants):
            own = given.ours(known)
            config = {"name": name, "learning_rate": RATE, "weight_decay": 0.0}
            config |= {**variant, **own}
            if config in made:
                continue
            made.append(config)
            try:
                optimizers.get(config)
            except InputError:
                continue  # a number that this rule does not take
            steps = functools.partial(_our_steps, config)
            yield Candidate(_label(name, {**variant, **own}), known, steps)
    for formula in _FORMULAS:
        takes = list(inspect.signature(formula).parameters.values())[5:]
        names = tuple(each.name for each in takes)
        own = given.ours(names)
        if {p.name for p in takes if p.default is p.empty} <= set(own):
            steps = functools.partial(_formula_steps, formula, own)
            told = (formula.__doc__ or "").partition("\n")[0].rstrip(".").lower()
            yield Candidate(f"{formula.__name__} ({told})", names, steps)


def _our_steps(config: dict[str, Any], dtype: str, steps: int) -> tuple[Array, Any]:
    return our_run(config, dtype, steps)


def _formula_steps(
    formula: Callable[..., Any], own: dict[str, Any], dtype: str, steps: int
) -> tuple[Array, Any]:
    return formula_steps(formula, own, dtype)[:steps], None


def _label(name: str, own: dict[str, Any]) -> str:
    told = ", ".join(f"{k}={v:g}" for k, v in own.items() if v)
    return f"{name}({told})"
