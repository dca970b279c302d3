"""The same gradients, stepped by ours, by a formula, by torch and by optax."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.typing import Array
from optlab.validation.frameworks.pair import RATE, Pair

#: A matrix and a vector.
SHAPES = ((5, 3), (7,))
STEPS = 100
#: Where the optimizers of a package are, if not in itself.
_MODULES = {"torch": "torch.optim"}
_TIMM_FILES = {"rmsproptf": "rmsprop_tf"}


def start(dtype: str) -> list[Array]:
    """Return the first parameters."""
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape).astype(dtype) for shape in SHAPES]


def gradients(step: int, dtype: str) -> list[Array]:
    """Return the gradients of a step from 1, of sizes from 1e-3 to 1 by their place."""
    rng = np.random.default_rng(step)
    sizes = np.random.default_rng(0)
    return [
        (rng.standard_normal(s) * 10.0 ** sizes.uniform(-3, 0, s)).astype(dtype)
        for s in SHAPES
    ]


def our_steps(config: Mapping[str, Any], dtype: str) -> Array:
    """Step one of ours; return the parameters after each step, one row a step."""
    return our_run(config, dtype)[0]


def our_run(
    config: Mapping[str, Any], dtype: str, steps: int = STEPS
) -> tuple[Array, Any]:
    """Return the same, and the optimizer after its last step."""
    optimizer: Any = optimizers.get(dict(config))
    optimizer.engine = "numpy"
    params = start(dtype)
    optimizer.build(params)
    rows = []
    for step in range(1, steps + 1):
        optimizer.apply(gradients(step, dtype))
        rows.append(np.concatenate(params, axis=None))
    return np.array(rows), optimizer


def formula_steps(
    formula: Callable[..., Any], arguments: Mapping[str, Any], dtype: str
) -> Array:
    """Step a formula in the dtype."""
    number = np.dtype(dtype).type
    params = start(dtype)
    states: list[dict[str, Any]] = [{} for _ in params]
    rows = []
    for step in range(1, STEPS + 1):
        grads = gradients(step, dtype)
        params = [
            np.asarray(formula(w, g, step, s, RATE, **arguments)).astype(number)
            for w, g, s in zip(params, grads, states, strict=True)
        ]
        rows.append(np.concatenate(params, axis=None))
    return np.array(rows)


def their_steps(pair: Pair, arguments: Mapping[str, Any], dtype: str) -> Array:
    """Step one of theirs."""
    steps = optax_steps if pair.framework == "optax" else torch_steps
    return steps(functools.partial(theirs(pair), **arguments), dtype)[0]


def theirs(pair: Pair) -> Any:
    """Return the class, or the function, of a pair's other side."""
    if pair.framework == "optax":
        return optax_function(pair.theirs)
    module = _MODULES.get(pair.framework, pair.framework)
    if pair.framework == "timm":
        _leave_out_models()
        file = pair.theirs.lower().removesuffix("legacy")
        module = f"timm.optim.{_TIMM_FILES.get(file, file)}"
    return getattr(importlib.import_module(module), pair.theirs)


def _leave_out_models() -> None:
    """Let the optimizers of timm be imported without its models and what those need."""
    if "timm" in sys.modules:
        return
    spec = importlib.util.find_spec("timm")
    for root in () if spec is None else spec.submodule_search_locations or ():
        for name, folder in (("timm", root), ("timm.optim", f"{root}/optim")):
            sys.modules[name] = package = ModuleType(name)
            package.__path__ = [folder]


def torch_steps(make: Callable[..., Any], dtype: str) -> tuple[Array, Any]:
    """Step an optimizer that torch's parameters are given to.

    Returns
    -------
    rows : ndarray
        The parameters after each step, one row a step.
    state : list
        What it keeps, one mapping a parameter.
    """
    torch = importlib.import_module("torch")
    params = [torch.nn.Parameter(torch.from_numpy(a)) for a in start(dtype)]
    optimizer = make(params)
    rows = []
    for step in range(1, STEPS + 1):
        for param, grad in zip(params, gradients(step, dtype), strict=True):
            param.grad = torch.from_numpy(grad)
        optimizer.step()
        rows.append(np.concatenate([p.detach().numpy() for p in params], axis=None))
    return np.array(rows), [dict(optimizer.state[p]) for p in params]


def optax_steps(make: Callable[..., Any], dtype: str) -> tuple[Array, Any]:
    """Step a gradient transformation; see `torch_steps`.

    One that is not optax's own class is stepped as it is, on NumPy arrays.
    """
    params, compiled = start(dtype), _as_it_is
    if type(make()).__module__.partition(".")[0] == "optax":
        jax = importlib.import_module("jax")
        jax.config.update("jax_enable_x64", True)
        params, compiled = [jax.numpy.asarray(a) for a in params], jax.jit
    made = make()  # after x64 was asked for: it may hold numbers already

    def step_once(grads: Any, state: Any, params: Any) -> Any:
        updates, state = made.update(grads, state, params)
        return [p + u for p, u in zip(params, updates, strict=True)], state

    step_once, state = compiled(step_once), made.init(params)
    rows = []
    for step in range(1, STEPS + 1):
        params, state = step_once(gradients(step, dtype), state, params)
        rows.append(np.concatenate([np.asarray(p) for p in params], axis=None))
    return np.array(rows), state


def _as_it_is(function: Any) -> Any:
    return function


def optax_function(name: str) -> Callable[..., Any]:
    """Return a function of optax by its name, "contrib.adopt" too."""
    found: Any = importlib.import_module("optax")
    for part in name.split("."):
        module = f"{found.__name__}.{part}" if part == "contrib" else ""
        found = importlib.import_module(module) if module else getattr(found, part)
    made: Callable[..., Any] = found
    return made


def rate_name(framework: str) -> str:
    """Return what the learning rate is called there."""
    return "learning_rate" if framework == "optax" else "lr"


def their_default(pair: Pair, name: str) -> Any:
    """Return the default of an argument there, "betas.0" of the first of a pair."""
    name, _, place = name.partition(".")
    parameter = inspect.signature(theirs(pair)).parameters.get(name)
    if parameter is None or parameter.default is inspect.Parameter.empty:
        return None
    value = parameter.default
    return value[int(place)] if place else value
