"""Constructors and methods with odd arguments."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

import numpy as np

import optlab
from benchmarks.fuzz.judge import Verdict, WrongAcceptance, judge
from benchmarks.fuzz.values import Rng, scalar

#: What a class needs beside the argument that is tried.
_NEEDED: dict[str, Any] = {
    "units": 3,
    "filters": 2,
    "kernel_size": 2,
    "rate": 0.5,
    "activation": "relu",
    "layers": [],
    "input_dim": 4,
    "output_dim": 2,
    "scale": 2.0,
    "initial_learning_rate": 0.1,
    "learning_rate": 0.1,
    "max_learning_rate": 0.1,
    "warmup_target": 0.1,
    "target": 0.1,
    "decay_steps": 10,
    "first_decay_steps": 10,
    "total_steps": 10,
    "step_size": 5,
    "warmup_steps": 5,
    "decay_rate": 0.5,
    "boundaries": [3, 5],
    "values": [0.1, 0.01, 0.001],
    "maximal_learning_rate": 0.2,
    "target_shape": (2, 2),
    "dims": (1,),
    "n": 2,
    "stddev": 0.1,
    "schedule": lambda epoch, rate: rate,
    "function": lambda x: float(np.sum(np.square(x))),
    "layer": {"class_name": "Dense", "config": {"units": 2}},
}
#: Arguments that take more than their default shows.
_ANYTHING = {
    "learning_rate", "name", "seed", "gain", "schedule", "verbose", "value",
    "batch_size", "input_shape", "dtype", "mean", "dynamic", "offset",
}  # fmt: skip


def classes() -> list[tuple[str, type]]:
    """Return what can be constructed: every class of every registry."""
    from optlab.callbacks.registry import CALLBACKS
    from optlab.layers.registry import REGISTRY as LAYERS
    from optlab.metrics.registry import METRICS
    from optlab.problems.registry import PROBLEMS

    registries: list[tuple[str, Any]] = [
        ("optimizer", optlab.optimizers.OPTIMIZERS),
        ("loss", optlab.losses.LOSSES),
        ("metric", METRICS),
        ("schedule", optlab.schedules.SCHEDULES),
        ("initializer", optlab.initializers.REGISTRY),
        ("regularizer", optlab.regularizers.REGISTRY),
        ("callback", CALLBACKS),
        ("problem", PROBLEMS),
        ("layer", LAYERS),
    ]
    return [(k, r[name]) for k, r in registries for name in sorted(r)]


def _fits(parameter: inspect.Parameter, value: Any) -> bool:
    """Whether a value may be accepted, as far as the default tells."""
    default = parameter.default
    if parameter.name in _ANYTHING or default is parameter.empty or default is None:
        return True
    if isinstance(default, bool):
        return isinstance(value, (bool, np.bool_)) or (value is None)
    if isinstance(default, (int, float)):
        if value is None or isinstance(value, (list, tuple, dict)):
            return True  # some mean "none", or one an axis
        if isinstance(value, (bool, np.bool_, str, bytes, complex)):
            return False
        try:
            return not math.isnan(float(value))
        except (TypeError, ValueError, OverflowError):
            return isinstance(value, int)
    return True


def constructor(rng: Rng) -> Verdict:
    """Construct something with one to three odd arguments."""
    every = classes()
    kind, cls = every[rng.integers(len(every))]
    signature = inspect.signature(cls)
    parameters = [
        p
        for p in signature.parameters.values()
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    arguments = {
        p.name: _NEEDED[p.name]
        for p in parameters
        if p.default is p.empty and p.name in _NEEDED
    }
    odd: dict[str, Any] = {}
    if parameters:
        for place in rng.integers(len(parameters), size=rng.integers(1, 4)):
            odd[parameters[place].name] = scalar(rng)
    what = f"{cls.__name__}({', '.join(f'{k}={v!r:.60}' for k, v in odd.items())})"

    def call() -> None:
        made = optlab.lookup.construct(kind, cls.__name__, cls, arguments | odd)
        if len(odd) == 1:
            ((name, value),) = odd.items()
            if not _fits(signature.parameters[name], value):
                raise WrongAcceptance(f"accepted {name}={value!r:.60}")
        repr(made)
        if hasattr(made, "get_config"):
            made.get_config()

    return judge(what, call)


def getter(rng: Rng) -> Verdict:
    """Ask a registry for something odd."""
    modules = (
        optlab.optimizers, optlab.losses, optlab.metrics, optlab.schedules,
        optlab.initializers, optlab.regularizers, optlab.callbacks, optlab.problems,
        optlab.layers, optlab.activations,
    )  # fmt: skip
    module = modules[rng.integers(len(modules))]
    value = scalar(rng)
    kind = rng.integers(4)
    if kind == 1:
        value = {"name": value}
    elif kind == 2:
        value = {"class_name": value, "config": scalar(rng)}
    elif kind == 3:
        value = {"name": "adam", str(scalar(rng)): scalar(rng)}
    return judge(f"{module.__name__}.get({value!r:.90})", lambda: module.get(value))


def method(rng: Rng) -> Verdict:
    """Call a method of something sound with odd arguments."""
    name, make = _METHODS[rng.integers(len(_METHODS))]
    values = [scalar(rng) for _ in range(3)]
    what = f"{name} with {', '.join(f'{v!r:.50}' for v in values)}"
    return judge(what, lambda: make(rng, *values))


def _model() -> Any:
    return optlab.Sequential([optlab.Dense(2)], input_shape=(3,))


def _schedule(rng: Rng, a: Any, b: Any, c: Any) -> Any:
    return optlab.schedules.ExponentialDecay(0.1, 10, 0.5)(a)


def _set_rate(rng: Rng, a: Any, b: Any, c: Any) -> Any:
    optimizer = optlab.SGD(0.1)
    optimizer.learning_rate = a
    optimizer.build([np.ones(3, np.float32)])
    return optimizer.apply([np.ones(3, np.float32)])


def _load(rng: Rng, a: Any, b: Any, c: Any) -> Any:
    keys = ("target", "features", "scale", "validation", "missing", "seed", "one_hot")
    first, second = rng.choice(keys, 2, replace=False)
    source = "iris" if rng.random() < 0.8 else a
    return optlab.data.load(source, **{str(first): b, str(second): c})


def _minimize(rng: Rng, a: Any, b: Any, c: Any) -> Any:
    keys = ("steps", "start", "record", "dtype", "callbacks")
    key = str(rng.choice(keys))
    arguments = {"steps": 3, key: a}
    if key == "steps" and isinstance(a, (int, float)) and a > 10**5:
        return None  # so many steps are what was asked for
    return optlab.minimize("booth", "sgd", **arguments)


def _replace(rng: Rng, a: Any, b: Any, c: Any) -> Any:
    experiment = optlab.experiments.find("iris")
    paths = (
        "data.scale", "data.source", "data.validation", "model.layers.0.units",
        "model.layers", "loss.name", "optimizer.learning_rate", "optimizer.beta_1",
        "optimizer", "training.epochs", "training.batch_size", "training.metrics",
        "training.callbacks", "training.class_weight", "training.shuffle", "nothing",
    )  # fmt: skip
    return experiment.replace({str(rng.choice(paths)): a})


def _explain(rng: Rng, a: Any, b: Any, c: Any) -> Any:
    from optlab.explain import explain

    return explain("adam", a if rng.random() < 0.5 else [0.1], b)


_METHODS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("a schedule's call", _schedule),
    ("setting learning_rate", _set_rate),
    ("data.load", _load),
    ("minimize", _minimize),
    ("Experiment.replace", _replace),
    ("explain", _explain),
    ("Sequential", lambda rng, a, b, c: optlab.Sequential(a, b, c)),
    ("Sequential", lambda rng, a, b, c: optlab.Sequential([optlab.Dense(1)], a, b, c)),
    ("set_weights", lambda rng, a, b, c: _model().set_weights(a)),
    ("predict", lambda rng, a, b, c: _model().predict(a, b)),
    ("reset", lambda rng, a, b, c: _model().reset(a)),
    ("Parameters", lambda rng, a, b, c: optlab.Parameters(a, b, c)),
    ("sweep", lambda rng, a, b, c: optlab.sweep("booth", {"a.b": a}, seeds=b)),
    ("Run.load", lambda rng, a, b, c: optlab.Run.load(a)),
    ("find", lambda rng, a, b, c: optlab.experiments.find(a)),
    ("from_toml", lambda rng, a, b, c: optlab.Experiment.from_toml(a, b)),
    ("build", lambda rng, a, b, c: optlab.Adam().build(a)),
    ("apply", lambda rng, a, b, c: optlab.Adam().apply(a, b)),
    ("load_state", lambda rng, a, b, c: optlab.Adam().load_state(a)),
    ("from_config", lambda rng, a, b, c: optlab.Adam.from_config(a)),
)


def case(rng: Rng) -> Verdict:
    """Return the verdict on one case of this part."""
    pick = rng.random()
    if pick < 0.6:
        return constructor(rng)
    return getter(rng) if pick < 0.75 else method(rng)
