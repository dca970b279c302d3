"""Optimizers by name: those of the table, and those that users register."""

from __future__ import annotations

import importlib
from typing import Any

from optlab.errors import InputError
from optlab.optimizers.beyond.cautious import Cautious
from optlab.optimizers.beyond.lbfgs import LBFGS
from optlab.optimizers.beyond.lookahead import Lookahead
from optlab.optimizers.beyond.sam import ASAM, SAM
from optlab.optimizers.beyond.swa import SWA
from optlab.optimizers.known import (
    OPTIMIZERS,
    SEARCHERS,
    WRAPPERS,
    class_of,
    lookup,
    made,
    names,
    register,
)
from optlab.optimizers.loss_scale_optimizer import LossScaleOptimizer
from optlab.optimizers.low_precision import LowPrecision
from optlab.optimizers.multi_optimizer import MultiOptimizer
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.table import TABLE

__all__ = [
    "OPTIMIZERS",
    "SEARCHERS",
    "WRAPPERS",
    "class_of",
    "get",
    "import_rule",
    "lookup",
    "names",
    "register",
]

OPTIMIZERS |= {name: entry.cls for name, entry in TABLE.items()}

SEARCHERS |= {"lbfgs": LBFGS}

WRAPPERS |= {
    "asam": ASAM,
    "cautious": Cautious,
    "lookahead": Lookahead,
    "lossscaleoptimizer": LossScaleOptimizer,
    "lowprecision": LowPrecision,
    "multioptimizer": MultiOptimizer,
    "sam": SAM,
    "swa": SWA,
}


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
    found: Optimizer = made(identifier)
    return found
