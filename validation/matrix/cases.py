"""Which optimizers the matrix checks, with which arguments."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.optimizers import TWINS, Optimizer
from optlab.validation.runtime import load


@dataclass(frozen=True)
class OptimizerCase:
    """One optimizer with its arguments.

    Attributes
    ----------
    name : str
        The registered name: "adam".
    arguments : dict
        Constructor arguments of both sides.
    """

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The name with the arguments, for tables and messages."""
        return " ".join(
            [self.name, *(_shown(key, value) for key, value in self.arguments.items())]
        )

    def build(self) -> Optimizer:
        """Make our optimizer."""
        return optimizers.get({"name": self.name, **self.arguments})


#: The options that all optimizers share, with values that no power of two hides; every
#: two of them are tried together.
ODD_OPTIONS: list[dict[str, Any]] = [
    {"weight_decay": 0.037},
    {"clipnorm": 0.83},
    {"clipvalue": 0.47},
    {"global_clipnorm": 0.73},
    {"use_ema": True, "ema_momentum": 0.87, "ema_overwrite_frequency": 3},
    {"loss_scale_factor": 7.3},
    {"gradient_accumulation_steps": 3},
    {
        "learning_rate": {
            "name": "exponential_decay",
            "initial_learning_rate": 0.0137,
            "decay_steps": 3,
            "decay_rate": 0.83,
        }
    },
]

#: The options that all optimizers share.
OPTIONS: list[dict[str, Any]] = [
    {"weight_decay": 0.01},
    {"clipnorm": 1.0},
    {"clipvalue": 0.5},
    {"global_clipnorm": 1.0},
    {"use_ema": True, "ema_momentum": 0.9, "ema_overwrite_frequency": 7},
    {"loss_scale_factor": 8.0},
    {"gradient_accumulation_steps": 3},
    {
        "learning_rate": {
            "name": "exponential_decay",
            "initial_learning_rate": 0.01,
            "decay_steps": 7,
            "decay_rate": 0.9,
        }
    },
]

#: The rules that every option is tried on, also in the quick matrix.
WITH_OPTIONS = ("sgd", "adam")


def cases(full: bool = False) -> list[OptimizerCase]:
    """Return the cases of the quick or of the full matrix.

    Parameters
    ----------
    full : bool
        Whether every option is tried on every optimizer, not on `WITH_OPTIONS` only.
    """
    found = []
    for name in TWINS:
        found.append(OptimizerCase(name))
        found += [OptimizerCase(name, dict(each)) for each in TWINS[name].variants]
        if full or name in WITH_OPTIONS:
            found += [OptimizerCase(name, option) for option in OPTIONS]
    return found


def odd_cases() -> list[OptimizerCase]:
    """Return the cases with every argument away from its default."""
    return [
        OptimizerCase(name, dict(odd))
        for name, entry in TWINS.items()
        for odd in entry.odd
    ]


def paired_cases() -> list[OptimizerCase]:
    """Return the cases with two options together, on every optimizer."""
    clips = {"clipnorm", "clipvalue", "global_clipnorm"}
    return [
        OptimizerCase(name, {**first, **second})
        for name in TWINS
        for first, second in itertools.combinations(ODD_OPTIONS, 2)
        if len(clips & {*first, *second}) < 2
    ]


@cache
def works_in_keras(name: str) -> bool:
    """Say whether the installed tf.keras has an optimizer that updates a variable.

    Older versions lack the newest optimizers, or have one that fails when it is called
    outside of `fit`; the matrix leaves those out.
    """
    keras = load().keras
    cls = getattr(keras.optimizers, optimizers.lookup(name).__name__, None)
    if cls is None:
        return False
    variable = keras.Variable(np.ones((2, 2), "float32"))
    try:
        made = cls()
        made.build([variable])
        made.apply([keras.ops.ones((2, 2))])
    except AttributeError:
        return False
    return True


def _shown(key: str, value: Any) -> str:
    if isinstance(value, dict):
        value = value["name"]
    return key if value is True else f"{key}={value}"
