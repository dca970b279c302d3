"""Explain an optimizer: run it on given gradients and keep every intermediate number.

The optimizer's own `apply` runs, on NumPy arrays, with its rule and its coefficients
wrapped in recorders. So whatever an optimizer does (clipping, weight decay, a schedule)
is in the table, and one that is added later needs nothing here.
"""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab import optimizers
from optlab.errors import InputError
from optlab.explain.explanation import Explanation
from optlab.explain.formula import assigned, formula
from optlab.explain.recorder import Recorders
from optlab.explain.step_record import DECAYED, USED, StepRecord, arranged, cell_of
from optlab.optimizers import Optimizer, Options, Rule, RuleOptimizer
from optlab.parameters import checked_dtype
from optlab.typing import Array


def explain(
    optimizer: str | Mapping[str, Any] | Optimizer,
    gradients: Sequence[Any] | npt.NDArray[Any],
    start: npt.ArrayLike = 0.0,
    dtype: npt.DTypeLike = "float32",
) -> Explanation:
    r"""Run a few steps on one parameter and show every number by name.

    Parameters
    ----------
    optimizer : str, dict or Optimizer
        What `optlab.optimizers.get` takes. An optimizer is not changed: a new one with
        its arguments does the steps.
    gradients : sequence of float
        One gradient a step; where `start` is an array, one array of its shape a step.
    start : float or array_like
        The parameter before the first step.
    dtype : {"float32", "float64"}
        The parameter's dtype, in which all is computed.

    Returns
    -------
    Explanation
        Its last column is bit for bit what `Optimizer.apply` gives.

    Raises
    ------
    InputError
        If there is no gradient, or gradients or start are not numbers, or their shapes
        differ; or the optimizer's name is unknown.
    TypeError
        If the dtype is neither float32 nor float64.

    Examples
    --------
    >>> table = explain({"name": "sgd", "learning_rate": 0.5}, [1.0, -2.0], start=1.0)
    >>> print(table)
    SGD: Step against the gradient.
    <BLANKLINE>
        update = g * learning_rate
        parameter = parameter - update
    <BLANKLINE>
    learning_rate = 0.5
    <BLANKLINE>
    t   g  update  parameter
    1   1     0.5        0.5
    2  -2      -1        1.5
    """
    kind = checked_dtype(dtype)
    begin = _numbers("start", start, kind)
    steps = _gradients(gradients, begin.shape, kind)
    fresh = _fresh(optimizer)
    if not isinstance(fresh, RuleOptimizer):
        holds = type(fresh) in optimizers.WRAPPERS.values()
        hint = ": explain the optimizers that it holds." if holds else " to explain."
        raise InputError(f"{type(fresh).__name__} has no rule of its own{hint}")
    # A tensor has at least one axis; a number is a vector of one.
    param = np.array(begin, ndmin=1)
    fresh.engine = "numpy"
    fresh.build([param])
    recorders = Recorders(fresh.stepper)
    rule = recorders.rule
    rows: list[StepRecord] = []
    for count, grad in enumerate(steps, 1):
        recorders.clear()
        before = param.copy()
        fresh.apply([np.array(grad, ndmin=1)])
        row = StepRecord(count, cell_of(np.asarray(grad)))
        row.add_step(recorders, before, grad)
        for name, arrays in fresh.state.items():
            if name not in rule.slots:
                row.add(name, cell_of(arrays[0]))
        row.add("parameter", cell_of(param))
        rows.append(row)
    if any(row.ran for row in rows):
        # A call that only accumulates is no step.
        for row in rows:
            row.cells["t"] = row.cells["t"] if row.ran else None
    columns, constants = arranged(rows)
    if fresh.loss_scale is not None:
        constants["loss_scale_factor"] = kind.type(fresh.loss_scale)
    lines = _formula(recorders, fresh.options, columns)
    if lines:
        used = set(re.findall(r"\w+", " ".join(lines)))
        constants = {k: value for k, value in constants.items() if k in used}
    return Explanation(
        optimizer=type(fresh).__name__,
        summary=_summary(fresh, rule),
        config=fresh.get_config(),
        dtype=kind.name,
        formula=lines,
        constants=constants,
        columns=columns,
        rows=tuple(tuple(row.cells.get(name) for name in columns) for row in rows),
        start=cell_of(begin),
    )


def _summary(optimizer: Optimizer, rule: Rule) -> str:
    """Return the first line that says what the class, or else the rule, does."""
    for described in (type(optimizer), rule.function):
        line = (inspect.getdoc(described) or "").split("\n")[0]
        if line and ":math:" not in line:
            return line
    return ""


def _formula(
    recorders: Recorders, options: Options, columns: Sequence[str]
) -> tuple[str, ...]:
    """Return the lines of options, coefficients and rule."""
    before: list[str] = []
    grad, param = "g", "parameter"
    if USED in columns:
        grad = USED
        before += _gradient_lines(recorders, options)
    if DECAYED in columns and recorders.decay is not None:
        param = DECAYED
        names = {"param": "parameter"}
        before += assigned(recorders.decay.function, DECAYED, names)
    rule = recorders.rule
    lines = formula(rule.function, rule.coefficients, len(rule.slots), param, grad)
    return (*before, *lines)


def _gradient_lines(recorders: Recorders, options: Options) -> list[str]:
    """Write what the options do to a gradient, in their order."""
    text = "g"
    if options.loss_scale_factor is not None:
        text = f"{text} / loss_scale_factor"
    if options.gradient_accumulation_steps:
        text = f"mean of {options.gradient_accumulation_steps} {text}"
    clip = recorders.clip
    if clip is None:
        return [f"{USED} = {text}"]
    lines = []
    if options.clip == "global_clipnorm":
        lines = assigned(recorders.factor.function, "factor", {"one": "1"})
    return [*lines, *assigned(clip.function, USED, {"grad": text})]


def _fresh(optimizer: str | Mapping[str, Any] | Optimizer) -> Optimizer:
    """Return an optimizer that has not stepped yet."""
    if not isinstance(optimizer, Optimizer):
        return optimizers.get(optimizer)
    if not optimizer.built:
        return copy.deepcopy(optimizer)
    return type(optimizer).from_config(optimizer.get_config())


def _numbers(argument: str, values: Any, dtype: np.dtype[Any]) -> Array:
    """Return `values` in the dtype, or say that they are not real numbers."""
    try:
        found = np.asarray(values)
    except ValueError:
        found = np.empty(0, object)
    if found.dtype.kind not in "fiu" or found.size == 0:
        raise InputError(
            f"`{argument}` must hold real numbers. Received: {argument}={values!r}"
        )
    with np.errstate(over="ignore"):
        return found.astype(dtype)


def _gradients(values: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return the gradients, one a step, each of the parameter's shape."""
    found = _numbers("gradients", values, dtype)
    if found.ndim == 0 or found.shape[1:] != shape:
        expected = "one number" if shape == () else f"one array of shape {shape}"
        raise InputError(
            f"`gradients` must hold {expected} a step, as `start` is. "
            f"Received: shape {found.shape}"
        )
    return found
