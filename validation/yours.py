"""Check a Keras optimizer of your own against an update rule of your own."""

from __future__ import annotations

import functools
import inspect
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from optlab.errors import InputError
from optlab.optimizers import Optimizer, RuleOptimizer, rule
from optlab.optimizers.options import Options
from optlab.optimizers.user_rule import GIVEN
from optlab.validation.hints import hint
from optlab.validation.loading import load_object
from optlab.validation.matrix.cases import OptimizerCase
from optlab.validation.matrix.harness import Check, compare_steps
from optlab.validation.parity import Tolerance, Where
from optlab.validation.results import Result
from optlab.validation.runtime import load
from optlab.validation.twins.optimizers import slot_variable

#: What `loose` passes, relative to the largest that an element has been: the example's
#: correct optimizer is up to 117 roundings of float32 (1.4e-5) from its rule.
RELATIVE = 2.0**-13
WHY = (
    "one formula can be written in many ways; constants such as 1 - beta_2 alone lose "
    "four digits in float32"
)
#: Roundings that pass in compiled modes, the largest that the matrix allows a rule for
#: Grappler's rewrites and XLA's FMA.
COMPILED = 64.0
COMPILED_WHY = "Grappler rewrites roots and quotients, XLA rounds once less (FMA)"
DOUBLE_WHY = "tf.keras rounds an optimizer's Python floats to float32"
#: Small first parameters, so that a wrong step is a large part of them.
START = 0.01
#: Arguments that every optimizer has.
_SHARED = ("learning_rate", *(field.name for field in fields(Options)))
#: What is run: mode, regimes, steps.
_PLAN = (
    ("eager", ("ordinary", "wild", "sparse"), (1, 2, 10, 100)),
    ("function", ("ordinary",), (1, 2, 10)),
    ("xla", ("ordinary",), (1, 2, 10)),
)


def check_yours(
    keras_path: str, rule_path: str, ulp: int | None = None, loose: bool = False
) -> Iterator[Result]:
    """Yield a row for each dtype, mode and regime.

    Parameters
    ----------
    keras_path : str
        "module:name" or "file.py:name" of a `keras.optimizers.Optimizer` subclass, or
        of a function without arguments that returns an optimizer.
    rule_path : str
        The same of an update rule: a function (see `optlab.rule`), a class that
        `optlab.rule` made, or an `optlab.optimizers.RuleOptimizer` subclass.
    ulp : int or None
        What passes, in units in the last place, in every mode. None asks for the same
        bits in eager mode and float32, and passes `COMPILED` roundings in the compiled
        modes and `RELATIVE` in float64, where tf.keras's own numbers are float32.
    loose : bool
        Whether to pass `RELATIVE`, for a formula that is written in another way.

    Raises
    ------
    InputError
        If a path leads nowhere, or what is there is no optimizer or no rule.
    """
    make_twin = keras_factory(keras_path)
    make_ours = rule_factory(rule_path)
    case = OptimizerCase(f"{keras_path.rpartition(':')[2]}")
    for mode, regimes, steps in _PLAN:
        for regime in regimes:
            for dtype in ("float32", "float64"):
                check = Check(case, dtype, mode, regime, steps, start=START)
                allowed = _allowed(mode, dtype, ulp, loose)
                yield _check(make_twin, make_ours, check, allowed)


def _allowed(mode: str, dtype: str, ulp: int | None, loose: bool) -> Tolerance:
    relative = RELATIVE / float(np.finfo(dtype).eps)
    if loose:
        return Tolerance(0, 0.0, WHY, relative, nonfinite=True)
    if ulp is not None:
        return Tolerance(ulp, reason="as asked for", nonfinite=True)
    if dtype == "float64":
        return Tolerance(0, 0.0, DOUBLE_WHY, relative, nonfinite=True)
    if mode == "eager":
        return Tolerance(nonfinite=True)
    return Tolerance(0, 0.0, COMPILED_WHY, COMPILED, nonfinite=True)


@dataclass(frozen=True)
class Matched:
    """What of a Keras optimizer and a rule belongs together, by name.

    Attributes
    ----------
    arguments : dict
        The rule's numbers that the Keras configuration gives.
    defaults : dict
        The rule's numbers that it does not name: the rule's defaults are used.
    unused : list of str
        Names of the Keras configuration that nothing in the rule asks for.
    slots, unseen : list of str
        The rule's slots that are compared, and those without a Keras variable.
    """

    arguments: dict[str, Any]
    defaults: dict[str, Any]
    unused: list[str]
    slots: list[str]
    unseen: list[str]

    def lines(self) -> list[str]:
        """Say it, one sentence a line."""
        found = [f"Compared: the parameters{_listed(', the slots', self.slots)}."]
        if self.unseen:
            names = ", ".join(self.unseen)
            found.append(f"NOT compared, for Keras has no such variable: {names}.")
        for name, value in self.defaults.items():
            found.append(
                f"The Keras configuration has no `{name}`: the rule's default "
                f"{value!r} is used."
            )
        if self.unused:
            found.append(
                f"Nothing in the rule is called{_listed('', self.unused)}, which the "
                "Keras configuration has."
            )
        return found


def _listed(lead: str, names: list[str]) -> str:
    return f"{lead} {', '.join(names)}" if names else ""


def matched(keras_path: str, rule_path: str) -> Matched:
    """Say which names of a Keras optimizer and a rule belong together."""
    make_twin, make_ours = keras_factory(keras_path), rule_factory(rule_path)
    config = make_twin().get_config()
    ours = make_ours(config)
    numbers = {name: getattr(ours, name) for name in type(ours).arguments}
    check = Check(OptimizerCase(""), "float32", "eager", "ordinary", (1,))
    slots = _common_slots(make_twin, make_ours, check)
    ours.build([np.zeros(3, np.float32)])
    known = {*_SHARED, *numbers}
    return Matched(
        {name: value for name, value in numbers.items() if name in config},
        {name: value for name, value in numbers.items() if name not in config},
        [name for name in config if name not in known],
        slots,
        [slot for slot in ours.state if slot not in slots],
    )


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


def keras_class(path: str) -> Any:
    """Return the Keras optimizer class that "module:name" stands for."""
    base = load().keras.optimizers.Optimizer
    found = load_object(path)
    if not (isinstance(found, type) and issubclass(found, base)):
        raise InputError(
            f"{path!r} must be a keras.optimizers.Optimizer subclass. "
            f"Received: {found!r}"
        )
    return found


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
    if isinstance(found, RuleOptimizer):
        return lambda config: _configured(type(found), config)
    if not (isinstance(found, type) and issubclass(found, RuleOptimizer)):
        if not inspect.isfunction(found):
            raise InputError(
                f"{path!r} must be an update rule: a function "
                "(param, grad, *slots, *numbers) -> (param, *slots). "
                f"Received: {type(found).__name__}"
            )
        found = _from_function(found, path)
    return lambda config: _configured(found, config)


@functools.cache
def _from_function(function: Any, path: str) -> type[RuleOptimizer]:
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
        made: type[RuleOptimizer] = rule(
            function, slots=slots, name=f"{function.__module__}:{function.__name__}"
        )
    except TypeError as error:
        raise InputError(f"The rule {path!r}: {error}") from error
    return made


def _configured(cls: type[RuleOptimizer], config: Mapping[str, Any]) -> Optimizer:
    """Make our optimizer with what the Keras configuration says of it."""
    known = {*_SHARED, *cls.arguments}
    return cls(**{name: value for name, value in config.items() if name in known})
