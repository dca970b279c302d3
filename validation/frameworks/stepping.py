"""The same gradients, stepped by ours, by a formula, by torch and by optax."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.typing import Array
from optlab.validation.frameworks.pairs import RATE, Pair

#: A matrix and a vector.
SHAPES = ((5, 3), (7,))
STEPS = 100


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
    optimizer: Any = optimizers.get(dict(config))
    optimizer.engine = "numpy"
    params = start(dtype)
    optimizer.build(params)
    rows = []
    for step in range(1, STEPS + 1):
        optimizer.apply(gradients(step, dtype))
        rows.append(np.concatenate(params, axis=None))
    return np.array(rows)


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
    steps = _torch_steps if pair.framework == "torch" else _optax_steps
    return steps(pair.theirs, dict(arguments), dtype)


def _torch_steps(name: str, arguments: dict[str, Any], dtype: str) -> Array:
    torch = importlib.import_module("torch")
    params = [torch.nn.Parameter(torch.from_numpy(a)) for a in start(dtype)]
    optimizer = getattr(torch.optim, name)(params, **arguments)
    rows = []
    for step in range(1, STEPS + 1):
        for param, grad in zip(params, gradients(step, dtype), strict=True):
            param.grad = torch.from_numpy(grad)
        optimizer.step()
        rows.append(np.concatenate([p.detach().numpy() for p in params], axis=None))
    return np.array(rows)


def _optax_steps(name: str, arguments: dict[str, Any], dtype: str) -> Array:
    jax = importlib.import_module("jax")
    optax = importlib.import_module("optax")
    jax.config.update("jax_enable_x64", True)
    made = optax_function(name)(**arguments)
    params = [jax.numpy.asarray(a) for a in start(dtype)]
    state = made.init(params)

    def step_once(grads: Any, state: Any, params: Any) -> Any:
        updates, state = made.update(grads, state, params)
        return optax.apply_updates(params, updates), state

    step_once = jax.jit(step_once)
    rows = []
    for step in range(1, STEPS + 1):
        params, state = step_once(gradients(step, dtype), state, params)
        rows.append(np.concatenate([np.asarray(p) for p in params], axis=None))
    return np.array(rows)


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
    return "lr" if framework == "torch" else "learning_rate"


def their_default(pair: Pair, name: str) -> Any:
    """Return the default of an argument there, "betas.0" of the first of a pair."""
    if pair.framework == "torch":
        made: Any = getattr(importlib.import_module("torch").optim, pair.theirs)
    else:
        made = optax_function(pair.theirs)
    name, _, place = name.partition(".")
    parameter = inspect.signature(made).parameters.get(name)
    if parameter is None or parameter.default is inspect.Parameter.empty:
        return None
    value = parameter.default
    return value[int(place)] if place else value
