"""Check a Keras optimizer of your own against an update rule of your own."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import os
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from optlab.errors import InputError, unknown_name
from optlab.optimizers import Optimizer, rule
from optlab.optimizers.user_rule import GIVEN
from optlab.validation.hints import hint
from optlab.validation.matrix.cases import Case
from optlab.validation.matrix.harness import Check, compare_steps
from optlab.validation.parity import Tolerance, Where
from optlab.validation.results import Result
from optlab.validation.runtime import load
from optlab.validation.twins.optimizers import slot_variable

#: What passes unless `ulp` is given, relative to the largest that an element has been.
RELATIVE = 2.0**-13
WHY = (
    "one formula can be written in many ways; constants such as 1 - beta_2 alone lose "
    "four digits in float32"
)
#: Small first parameters, so that a wrong step is a large part of them.
START = 0.01
#: What is run: mode, regimes, steps.
_PLAN = (
    ("eager", ("ordinary", "wild", "sparse"), (1, 2, 10, 100)),
    ("function", ("ordinary",), (1, 2, 10)),
    ("xla", ("ordinary",), (1, 2, 10)),
)


def check_yours(keras_path: str, rule_path: str, ulp: int | None) -> Iterator[Result]:
    """Yield a row for each dtype, mode and regime.

    Parameters
    ----------
    keras_path : str
        "module:name" or "file.py:name" of a `keras.optimizers.Optimizer` subclass, or
        of a function without arguments that returns an optimizer.
    rule_path : str
        The same of an update rule: a function (see `optlab.rule`), a class that
        `optlab.rule` made, or an `optlab.optimizers.Optimizer` subclass.
    ulp : int or None
        What passes, in units in the last place. None passes `RELATIVE`.

    Raises
    ------
    InputError
        If a path leads nowhere, or what is there is no optimizer or no rule.
    """
    make_twin = keras_factory(keras_path)
    make_ours = rule_factory(rule_path)
    case = Case(f"{keras_path.rpartition(':')[2]}")
    for mode, regimes, steps in _PLAN:
        for regime in regimes:
            for dtype in ("float32", "float64"):
                check = Check(case, dtype, mode, regime, steps, start=START)
                roundings = RELATIVE / float(np.finfo(dtype).eps)
                allowed = Tolerance(0, 0.0, WHY, roundings, nonfinite=True)
                if ulp is not None:
                    allowed = Tolerance(ulp, reason="as asked for", nonfinite=True)
                yield _check(make_twin, make_ours, check, allowed)


def _check(make_twin: Any, make_ours: Any, check: Check, allowed: Tolerance) -> Result:
    started = time.perf_counter()
    ours = make_ours(make_twin().get_config())
    row = ("yours", check.case.name, check.dtype, check.mode, check.regime)
    slots = _common_slots(make_twin, make_ours, check)

    def build(variables: list[Any]) -> Any:
        twin = make_twin()
        twin.build(variables)
        return twin

    where = Where(check.case.name, check.dtype, check.mode)
    try:
        (found,) = compare_steps([ours], build, check, [(allowed, where)], slots)
    except InputError:
        raise
    except Exception as error:
        text = f"{where}: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return Result(*row, allowed, error=text)
    result = Result(*row, allowed, found, seconds=time.perf_counter() - started)
    if result.passed:
        return result
    return replace(result, note=hint(make_twin, make_ours, slots, check.dtype))


def _common_slots(make_twin: Any, make_ours: Any, check: Check) -> list[str]:
    """Return our slots that the Keras optimizer has a variable for."""
    keras = load().keras
    twin = make_twin()
    twin.build([keras.Variable(np.zeros(3, check.dtype), dtype=check.dtype, name="p0")])
    ours = make_ours(twin.get_config())
    ours.build([np.zeros(3, check.dtype)])
    return [slot for slot in ours.state if slot_variable(twin, slot, 0) is not None]


def load_object(path: str) -> Any:
    """Return what "module:name" or "file.py:name" stands for.

    Raises
    ------
    InputError
        If the path has another form, the module cannot be imported, or lacks the name.
    """
    module_name, colon, name = path.rpartition(":")
    if not colon or not module_name or not name:
        raise InputError(f"A path must be MODULE:NAME. Received: {path!r}")
    try:
        module = _module(module_name)
    except ImportError as error:
        raise InputError(
            f"Cannot import {module_name!r} (from {path!r}): {error}"
        ) from error
    if not hasattr(module, name):
        public = [key for key in vars(module) if not key.startswith("_")]
        raise unknown_name(f"name in the module {module_name!r}", name, public)
    return getattr(module, name)


def _module(name: str) -> ModuleType:
    """Import a module by name, from this folder too, or a file ending in .py."""
    if not name.endswith(".py"):
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        return importlib.import_module(name)
    file = Path(name).resolve()
    if not file.is_file():
        raise ImportError(f"there is no file {name!r}")
    known = sys.modules.get(file.stem)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known
    spec = importlib.util.spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name!r} is no Python file")
    module = importlib.util.module_from_spec(spec)
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    sys.modules[file.stem] = module
    spec.loader.exec_module(module)
    return module


def keras_factory(path: str) -> Any:
    """Return a function without arguments that makes the user's Keras optimizer."""
    base = load().keras.optimizers.Optimizer
    found = load_object(path)
    if isinstance(found, base):
        return lambda: type(found).from_config(found.get_config())
    if not callable(found):
        raise InputError(
            f"{path!r} must be a keras.optimizers.Optimizer subclass. "
            f"Received: {type(found).__name__}"
        )
    try:
        made = found()
    except TypeError as error:
        raise InputError(
            f"{path!r} must be callable without arguments, give them defaults: {error}"
        ) from error
    if not isinstance(made, base):
        raise InputError(
            f"{path!r} must make a keras.optimizers.Optimizer. "
            f"Received: {type(made).__name__}"
        )
    return found


def rule_factory(path: str) -> Any:
    """Return a function from the Keras configuration to our optimizer of the rule."""
    found = load_object(path)
    if isinstance(found, Optimizer):
        return lambda config: _configured(type(found), config)
    if not (isinstance(found, type) and issubclass(found, Optimizer)):
        if not inspect.isfunction(found):
            raise InputError(
                f"{path!r} must be an update rule: a function "
                "(param, grad, *slots, *numbers) -> (param, *slots). "
                f"Received: {type(found).__name__}"
            )
        found = _from_function(found, path)
    return lambda config: _configured(found, config)


@functools.cache
def _from_function(function: Any, path: str) -> type[Optimizer]:
    """Make an optimizer of a bare function: its slots are what has no default."""
    parameters = list(inspect.signature(function).parameters.values())
    slots = [
        parameter.name
        for parameter in parameters[2:]
        if parameter.default is parameter.empty and parameter.name not in GIVEN
    ]
    order = [parameter.name for parameter in parameters[2 : 2 + len(slots)]]
    if order != slots:
        raise InputError(
            f"The rule {path!r} must take its slots right after (param, grad), and all "
            "numbers but learning_rate, step and one need defaults. "
            f"Received: ({', '.join(p.name for p in parameters)})"
        )
    try:
        made: type[Optimizer] = rule(
            function, slots=slots, name=f"{function.__module__}:{function.__name__}"
        )
    except TypeError as error:
        raise InputError(f"The rule {path!r}: {error}") from error
    return made


def _configured(cls: type[Optimizer], config: Mapping[str, Any]) -> Optimizer:
    """Make our optimizer with what the Keras configuration says of it."""
    known = {
        "learning_rate",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
        *cls.arguments,
    }
    return cls(**{name: value for name, value in config.items() if name in known})
