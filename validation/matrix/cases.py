"""Which optimizers the matrix checks, with which arguments."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.optimizers import Optimizer
from optlab.validation.runtime import load


@dataclass(frozen=True)
class Case:
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


#: Arguments that select another rule.
VARIANTS: dict[str, list[dict[str, Any]]] = {
    "sgd": [{"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}],
    "rmsprop": [{"momentum": 0.9}, {"centered": True}],
    "adam": [{"amsgrad": True}],
    "muon": [{"nesterov": False}],
    "adagrad": [{"initial_accumulator_value": 0.0}],
    "ftrl": [{"l1_regularization_strength": 0.01}],
    "adafactor": [{"relative_step": False}],
    "schedulefreeadamw": [{"warmup_steps": 10}],
}

_ADAM = {"learning_rate": 0.0137, "beta_1": 0.83, "beta_2": 0.977, "epsilon": 3e-4}

#: Every argument of every rule away from its default and from powers of two, and every
#: combination of its switches.
ODD: dict[str, list[dict[str, Any]]] = {
    "sgd": [
        {"learning_rate": 0.037, "momentum": 0.87},
        {"learning_rate": 0.037, "momentum": 0.87, "nesterov": True},
    ],
    "rmsprop": [
        {
            "learning_rate": 0.0137,
            "rho": 0.83,
            "momentum": momentum,
            "epsilon": 3e-4,
            "centered": centered,
        }
        for momentum in (0.0, 0.67)
        for centered in (False, True)
    ],
    "adam": [_ADAM, {**_ADAM, "amsgrad": True}],
    "adamw": [{**_ADAM, "weight_decay": 0.037, "amsgrad": True}],
    "adagrad": [
        {"learning_rate": 0.037, "initial_accumulator_value": 0.3, "epsilon": 3e-4}
    ],
    "adadelta": [{"learning_rate": 0.37, "rho": 0.83, "epsilon": 3e-4}],
    "adamax": [_ADAM],
    "nadam": [_ADAM],
    "lamb": [_ADAM],
    "lion": [{"learning_rate": 0.0137, "beta_1": 0.83, "beta_2": 0.61}],
    "ftrl": [
        {
            "learning_rate": 0.037,
            "learning_rate_power": power,
            "initial_accumulator_value": 0.3,
            "l1_regularization_strength": 0.007,
            "l2_regularization_strength": 0.03,
            "l2_shrinkage_regularization_strength": 0.05,
            "beta": 0.7,
        }
        for power in (-0.5, -0.37)
    ],
    "adafactor": [
        {
            "learning_rate": rate,
            "beta_2_decay": -0.63,
            "epsilon_1": 3e-9,
            "epsilon_2": 0.007,
            "clip_threshold": 0.7,
            "relative_step": relative,
        }
        for rate in (1.0, 0.037, 1e-7)
        for relative in (False, True)
    ],
    "muon": [
        {
            "learning_rate": 0.0137,
            "adam_beta_1": 0.83,
            "adam_beta_2": 0.977,
            "adam_weight_decay": 0.03,
            "epsilon": 3e-4,
            "weight_decay": 0.07,
            "muon_a": 3.1,
            "muon_b": -4.3,
            "muon_c": 1.9,
            "adam_lr_ratio": 0.7,
            "momentum": 0.87,
            "ns_steps": 3,
            "nesterov": nesterov,
            "rms_rate": 0.3,
        }
        for nesterov in (False, True)
    ],
    "schedulefreeadamw": [{**_ADAM, "warmup_steps": 7}],
}

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


def cases(full: bool = False) -> list[Case]:
    """Return the cases of the quick or of the full matrix.

    Parameters
    ----------
    full : bool
        Whether every option is tried on every optimizer, not on `WITH_OPTIONS` only.
    """
    found = []
    for name in built_in():
        found.append(Case(name))
        found += [Case(name, variant) for variant in VARIANTS.get(name, [])]
        if full or name in WITH_OPTIONS:
            found += [Case(name, option) for option in OPTIONS]
    return found


def odd_cases() -> list[Case]:
    """Return the cases with every argument away from its default."""
    return [Case(name, odd) for name in built_in() for odd in ODD[name]]


def paired_cases() -> list[Case]:
    """Return the cases with two options together, on every optimizer."""
    clips = {"clipnorm", "clipvalue", "global_clipnorm"}
    return [
        Case(name, {**first, **second})
        for name in built_in()
        for first, second in itertools.combinations(ODD_OPTIONS, 2)
        if len(clips & {*first, *second}) < 2
    ]


def built_in() -> list[str]:
    """Return the names of the lab's own optimizers, without users' rules."""
    return [name for name in optimizers.names() if _built_in(name)]


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


def _built_in(name: str) -> bool:
    """Say whether the optimizer is one of the lab's own, not a user's rule."""
    cls = optimizers.OPTIMIZERS[name]
    return getattr(optimizers, cls.__name__, None) is cls


def _shown(key: str, value: Any) -> str:
    if isinstance(value, dict):
        value = value["name"]
    return key if value is True else f"{key}={value}"
