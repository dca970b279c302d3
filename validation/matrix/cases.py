"""Which optimizers the matrix checks, with which arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from optlab import optimizers
from optlab.optimizers import Optimizer


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
    for name in optimizers.names():
        if not _built_in(name):
            continue
        found.append(Case(name))
        found += [Case(name, variant) for variant in VARIANTS.get(name, [])]
        if full or name in WITH_OPTIONS:
            found += [Case(name, option) for option in OPTIONS]
    return found


def _built_in(name: str) -> bool:
    """Say whether the optimizer is one of the lab's own, not a user's rule."""
    cls = optimizers.OPTIMIZERS[name]
    return getattr(optimizers, cls.__name__, None) is cls


def _shown(key: str, value: Any) -> str:
    if isinstance(value, dict):
        value = value["name"]
    return key if value is True else f"{key}={value}"
