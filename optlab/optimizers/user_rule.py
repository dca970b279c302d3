"""Turn a function of your own into an optimizer like the built-in ones."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from optlab.errors import InputTypeError
from optlab.optimizers.hyperparameters import Number, float32_rounded
from optlab.optimizers.learning_rate import checked_rate
from optlab.optimizers.options import OPTIONS
from optlab.optimizers.registry import register
from optlab.optimizers.rule_optimizer import RuleOptimizer
from optlab.optimizers.update_rule import Rule

#: Names that a rule may ask for besides its hyperparameters.
GIVEN = ("learning_rate", "step", "one")


def rule(
    function: Callable[..., Any] | None = None,
    *,
    slots: Sequence[str] = (),
    coefficients: Callable[..., Any] | None = None,
    initial: Mapping[str, float] | None = None,
    elementwise: bool = True,
    name: str | None = None,
) -> Any:
    """Make an optimizer class from an update rule and register it.

    The class has fused loops, the base options, tracing, `explain`, a place in
    experiment files under the function's name, and the parity harness.

    Parameters
    ----------
    function : callable
        ``function(param, grad, *slots, *numbers) -> (param, *slots)``. A rule for one
        element: arithmetic, `np.sqrt`, `np.maximum`, `np.minimum`, `np.sign`, `np.abs`,
        `np.where`; no loops, no indexing, no float literals (pass numbers in, so that
        they have the parameter's dtype). Of the numbers, `learning_rate`, `step` (from
        1) and `one` are given; every other one is a hyperparameter and needs a default.
    slots : sequence of str
        The names of the state arrays, in the function's order.
    coefficients : callable, optional
        ``coefficients(one, step, learning_rate, *hyper) -> tuple`` of the rule's
        numbers, where some are worked out once a step. Its further parameters are then
        the hyperparameters, with their defaults.
    initial : mapping, optional
        What slots begin with, where not 0.
    elementwise : bool
        False for a rule that needs whole tensors; it runs on NumPy arrays.
    name : str, optional
        The name to register; the function's where left out.

    Returns
    -------
    type
        A subclass of `Optimizer`; its constructor takes the learning rate, the
        hyperparameters and the base options.

    Raises
    ------
    InputTypeError
        If the function's parameters do not fit this form.

    Examples
    --------
    >>> import numpy as np
    >>> @rule(slots=["momentum"])
    ... def mysign(param, grad, m, learning_rate=0.01, beta=0.9):
    ...     m = beta * m + grad
    ...     param = param - learning_rate * np.sign(m)
    ...     return param, m
    >>> w = np.array([1.0, -2.0], dtype=np.float32)
    >>> mysign(learning_rate=0.5).apply([np.array([3.0, -4.0], dtype="float32")], [w])
    >>> w
    array([ 0.5, -1.5], dtype=float32)
    """
    if function is None:
        return lambda found: rule(
            found,
            slots=slots,
            coefficients=coefficients,
            initial=initial,
            elementwise=elementwise,
            name=name,
        )
    slots = tuple(slots)
    numbers = _numbers(function, slots)
    hyper = _defaults(coefficients or function, [] if coefficients else numbers)
    given = coefficients or _pass_on(numbers)
    rate = hyper.pop("learning_rate", 0.01)
    begun = dict(initial or {})
    made = Rule(function, given, slots, begun, elementwise, not elementwise)
    called = function.__name__
    if called == called.lower():
        called = "".join(word.capitalize() for word in (name or called).split("_"))
    cls = _class(called, function.__doc__, made, rate, hyper)
    # Where a decorated function of a module was, there is the class: so it is found by
    # whoever unpickles it.
    cls.__module__, cls.__qualname__ = function.__module__, function.__qualname__
    register(name or function.__name__, cls)
    return cls


def _numbers(function: Callable[..., Any], slots: tuple[str, ...]) -> list[str]:
    """Return the names of the rule's scalars, after its arrays."""
    names = list(inspect.signature(function).parameters)
    if len(names) < 2 + len(slots):
        raise InputTypeError(
            f"{function.__name__} must take (param, grad, "
            f"{''.join(f'{s}, ' for s in slots)}...): {2 + len(slots)} arrays or more. "
            f"Received: ({', '.join(names)})"
        )
    if len(names) == 2 + len(slots):
        raise InputTypeError(
            f"{function.__name__} takes no numbers after its arrays; it needs "
            "`learning_rate` at least."
        )
    return names[2 + len(slots) :]


def _defaults(function: Callable[..., Any], numbers: list[str]) -> dict[str, float]:
    """Return the hyperparameters with their defaults, in order."""
    found: dict[str, float] = {}
    parameters = list(inspect.signature(function).parameters.values())
    chosen = [p for p in parameters if p.name in numbers] if numbers else parameters[2:]
    for parameter in chosen:
        if parameter.default is not inspect.Parameter.empty:
            found[parameter.name] = parameter.default
        elif parameter.name not in GIVEN:
            raise InputTypeError(
                f"The hyperparameter `{parameter.name}` of {function.__name__} needs a "
                f"default, such as {parameter.name}=0.9."
            )
    return found


def _pass_on(numbers: list[str]) -> Callable[..., Any]:
    """Write the function that hands a rule its numbers as they are."""
    hyper = [n for n in numbers if n not in GIVEN]
    head = ", ".join(["one", "step", "learning_rate", *hyper])
    text = f"def pass_on({head}):\n    return ({', '.join(numbers)},)\n"
    names: dict[str, Any] = {}
    exec(text, names)
    found: Callable[..., Any] = names["pass_on"]
    return found


def _class(
    name: str, doc: str | None, made: Rule, rate: float, hyper: dict[str, float]
) -> type[RuleOptimizer]:
    """Build the class in front of a rule."""

    def hyper_values(self: Any) -> tuple[float, ...]:
        return tuple(float32_rounded(getattr(self, key)) for key in hyper)

    taken = [key for key in hyper if hasattr(RuleOptimizer, key) or key in OPTIONS]
    if taken:
        raise InputTypeError(
            f"The hyperparameter `{taken[0]}` of {name} has the name of something that "
            "every optimizer has; give it another."
        )
    return type(
        name,
        (RuleOptimizer,),
        {
            "__doc__": doc or f"The optimizer of the rule {name}.",
            "__module__": made.function.__module__,
            "default_rate": checked_rate(rate),
            "rule": property(lambda self: made),
            "hyper": hyper_values,
            **{key: _number(key, value) for key, value in hyper.items()},
        },
    )


def _number(name: str, default: Any) -> Number:
    """Return the hyperparameter of that name, its default checked."""
    found = Number(default)
    found.name = name
    found.checked(default)
    return found
