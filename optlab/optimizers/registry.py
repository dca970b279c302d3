"""The one table of optimizers; tests, benchmarks, the command line and docs read it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError, InputTypeError, unknown_name
from optlab.optimizers.adadelta import Adadelta
from optlab.optimizers.adafactor import Adafactor
from optlab.optimizers.adagrad import Adagrad
from optlab.optimizers.adam import Adam, AdamW
from optlab.optimizers.adamax import Adamax
from optlab.optimizers.base import Optimizer
from optlab.optimizers.ftrl import Ftrl
from optlab.optimizers.lamb import Lamb
from optlab.optimizers.lion import Lion
from optlab.optimizers.loss_scale_optimizer import LossScaleOptimizer
from optlab.optimizers.multi_optimizer import MultiOptimizer
from optlab.optimizers.muon import Muon
from optlab.optimizers.nadam import Nadam
from optlab.optimizers.rmsprop import RMSprop
from optlab.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from optlab.optimizers.sgd import SGD

#: Class by the lower-case name that files and commands use.
OPTIMIZERS: dict[str, type[Optimizer]] = {
    "adadelta": Adadelta,
    "adafactor": Adafactor,
    "ftrl": Ftrl,
    "lamb": Lamb,
    "muon": Muon,
    "adagrad": Adagrad,
    "adam": Adam,
    "adamax": Adamax,
    "adamw": AdamW,
    "lion": Lion,
    "nadam": Nadam,
    "rmsprop": RMSprop,
    "schedulefreeadamw": ScheduleFreeAdamW,
    "sgd": SGD,
}

#: Optimizers that hold others, and so cannot be made from a name alone.
WRAPPERS: dict[str, type[Optimizer]] = {
    "lossscaleoptimizer": LossScaleOptimizer,
    "multioptimizer": MultiOptimizer,
}


def names() -> list[str]:
    """Return the names that `get` knows."""
    return sorted(OPTIMIZERS)


def register(name: str, cls: type[Optimizer]) -> None:
    """Add an optimizer of your own under a name.

    Raises
    ------
    InputError
        If the name is taken by another class.
    """
    key = _key(name)
    if OPTIMIZERS.get(key, cls) is not cls:
        raise InputError(f"The optimizer name {key!r} is taken by {OPTIMIZERS[key]}.")
    OPTIMIZERS[key] = cls


def lookup(name: str) -> type[Optimizer]:
    """Return the class of a name: "adam", "AdamW", or one that was registered.

    A name never imports anything, for it may come from a file of somebody else; see
    `import_rule`.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    if ":" in name and _key(name) not in OPTIMIZERS:
        raise InputError(
            f"The optimizer {name!r} has not been imported, and a name alone imports "
            f"nothing. Say --rule {name} on the command line, or "
            f"optlab.optimizers.import_rule({name!r}) in Python."
        )
    if _key(name) not in OPTIMIZERS:
        raise unknown_name("optimizer", name, names())
    return OPTIMIZERS[_key(name)]


def import_rule(path: str) -> type[Optimizer]:
    """Import an optimizer, and register it under its path.

    Parameters
    ----------
    path : str
        "module:attribute" of a class such as `optlab.rule` makes. The module's code is
        run.

    Returns
    -------
    type
        The class, which `get` now knows by that path.

    Raises
    ------
    InputError
        If there is no such module or attribute, or it is no optimizer.
    """
    module, _, attribute = path.partition(":")
    if not module or not attribute:
        raise InputError(f"A rule must be module:name. Received: {path!r}")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise InputError(f"Cannot import the optimizer {path!r}: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Optimizer)):
        raise InputError(
            f"{path!r} must be an Optimizer class, such as `optlab.rule` makes. "
            f"Received: {found!r}"
        )
    register(path, found)
    return found


def get(identifier: Any) -> Optimizer:
    """Return an optimizer from a name, a configuration or an optimizer.

    Parameters
    ----------
    identifier : str, mapping or Optimizer
        "adam"; ``{"class_name": "Adam", "config": {...}}`` as tf.keras serializes it;
        ``{"name": "adam", "learning_rate": 0.1}`` as in an experiment file; or an
        optimizer, returned as it is.

    Raises
    ------
    InputError
        If the name is unknown.
    InputTypeError
        If the identifier is none of these, or an argument is unknown.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, str):
        if _key(identifier) in WRAPPERS:
            raise InputTypeError(
                f"{WRAPPERS[_key(identifier)].__name__} wraps other optimizers; make "
                "it in Python, or from a configuration."
            )
        return lookup(identifier).from_config({})
    if isinstance(identifier, Mapping):
        if "class_name" in identifier:
            name = str(identifier["class_name"])
            cls = WRAPPERS.get(_key(name)) or lookup(name)
            config = identifier.get("config") or {}
            if not isinstance(config, Mapping) or not all(map(_is_text, config)):
                raise InputTypeError(
                    "The `config` of an optimizer must be a mapping of argument names. "
                    f"Received: {config!r}"
                )
            return cls.from_config(config)
        if "name" in identifier:
            if not all(map(_is_text, identifier)):
                raise InputTypeError(
                    "The keys of an optimizer's configuration must be argument names. "
                    f"Received: {list(identifier)}"
                )
            arguments = {k: v for k, v in identifier.items() if k != "name"}
            return lookup(str(identifier["name"])).from_config(arguments)
    raise InputTypeError(
        "An optimizer must be a name, a configuration with `class_name` or `name`, or "
        f"an Optimizer. Received: {identifier!r}"
    )


def _is_text(key: Any) -> bool:
    return isinstance(key, str)


def _key(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")
