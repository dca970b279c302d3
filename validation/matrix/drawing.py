"""Random checks: any optimizer with any arguments and options, on any shapes.

The tables of `optlab.validation.matrix.cases` hold what somebody thought of. Here all
that can be combined is combined at random: every argument away from its default and
from powers of two, options together, schedules, odd shapes, arenas and separate arrays,
parameters left out of the weight decay, scaled losses that overflow, both engines, and
the state handed to tf.keras and taken from it in the middle of a run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from optlab.validation.matrix.cases import OptimizerCase, works_in_keras
from optlab.validation.matrix.gradients import REGIMES
from optlab.validation.matrix.harness import Check, run
from optlab.validation.parity import EXACT
from optlab.validation.results import Result

Draw = Callable[[np.random.Generator], Any]

#: One configuration in so many has an array that the kernels cut for threads.
_LARGE_ONE_IN = 20
_STEPS = 12
#: Compiling a loop takes longer than comparing a configuration ten times.
_MOSTLY = ("numpy",) * 5


def _between(low: float, high: float) -> Draw:
    return lambda rng: float(rng.uniform(low, high))


def _powers(low: float, high: float) -> Draw:
    return lambda rng: float(10.0 ** rng.uniform(low, high))


def _among(*values: Any) -> Draw:
    """Choose one; what is a function draws its value."""

    def draw(rng: np.random.Generator) -> Any:
        value = values[int(rng.integers(len(values)))]
        return value(rng) if callable(value) else value

    return draw


_MOMENTUM = _among(0.0, _between(0.05, 0.99), _between(0.05, 0.99), 1.0)
_BETA = _between(0.05, 0.99)
_BETA_2 = _between(0.5, 0.9999)
_EPSILON = _powers(-9, -1)
_FLAG = _among(False, True)
_ADAM: dict[str, Draw] = {"beta_1": _BETA, "beta_2": _BETA_2, "epsilon": _EPSILON}

#: What each optimizer's own arguments are drawn from.
ARGUMENTS: dict[str, dict[str, Draw]] = {
    "sgd": {"momentum": _MOMENTUM, "nesterov": _FLAG},
    "rmsprop": {
        "rho": _between(0.1, 0.999),
        "momentum": _MOMENTUM,
        "epsilon": _EPSILON,
        "centered": _FLAG,
    },
    "adam": {**_ADAM, "amsgrad": _FLAG},
    "adamw": {**_ADAM, "amsgrad": _FLAG},
    "adagrad": {
        "initial_accumulator_value": _among(0.0, _powers(-3, 1)),
        "epsilon": _EPSILON,
    },
    "adadelta": {"rho": _between(0.1, 0.999), "epsilon": _EPSILON},
    "adamax": _ADAM,
    "nadam": _ADAM,
    "lamb": _ADAM,
    "lion": {"beta_1": _BETA, "beta_2": _BETA},
    "ftrl": {
        "learning_rate_power": _among(-0.5, _between(-0.95, -0.05), 0.0),
        "initial_accumulator_value": _among(0.0, _powers(-3, 1)),
        "l1_regularization_strength": _among(0.0, _powers(-4, 0)),
        "l2_regularization_strength": _among(0.0, _powers(-4, 0)),
        "l2_shrinkage_regularization_strength": _among(0.0, _powers(-4, 0)),
        "beta": _among(0.0, _powers(-3, 1)),
    },
    "adafactor": {
        "beta_2_decay": _between(-0.95, -0.3),
        "epsilon_1": _powers(-30, -3),
        "epsilon_2": _powers(-5, -1),
        "clip_threshold": _powers(-1, 1),
        "relative_step": _FLAG,
    },
    "muon": {
        "adam_beta_1": _BETA,
        "adam_beta_2": _BETA_2,
        "adam_weight_decay": _among(None, _powers(-4, -1)),
        "epsilon": _EPSILON,
        "muon_a": _between(3.1, 3.6),
        "muon_b": _between(-5.0, -4.5),
        "muon_c": _between(1.9, 2.2),
        "adam_lr_ratio": _powers(-1, 1),
        "momentum": _between(0.05, 0.99),
        "ns_steps": _among(1, 3, 5, 6),
        "nesterov": _FLAG,
        "rms_rate": _among(None, _powers(-2, 0)),
    },
    "schedulefreeadamw": {**_ADAM, "warmup_steps": _among(0, 3, 7, 100)},
}

_RATE = _powers(-4.5, 0.3)

#: The schedules that tf.keras has, with their arguments.
SCHEDULES: dict[str, dict[str, Draw]] = {
    "exponential_decay": {
        "initial_learning_rate": _RATE,
        "decay_steps": _among(3, 7, 100),
        "decay_rate": _between(0.3, 1.1),
        "staircase": _FLAG,
    },
    "inverse_time_decay": {
        "initial_learning_rate": _RATE,
        "decay_steps": _among(3, 7, 100),
        "decay_rate": _between(0.1, 2.0),
        "staircase": _FLAG,
    },
    "polynomial_decay": {
        "initial_learning_rate": _RATE,
        "decay_steps": _among(3, 7, 100),
        "end_learning_rate": _powers(-6, -3),
        "power": _between(0.3, 3.0),
        "cycle": _FLAG,
    },
    "cosine_decay": {
        "initial_learning_rate": _RATE,
        "decay_steps": _among(5, 9, 100),
        "alpha": _between(0.01, 0.5),
        "warmup_target": _RATE,
        "warmup_steps": _among(0, 2, 5),
    },
    "cosine_decay_restarts": {
        "initial_learning_rate": _RATE,
        "first_decay_steps": _among(3, 5, 100),
        "t_mul": _between(1.0, 2.5),
        "m_mul": _between(0.5, 1.2),
        "alpha": _between(0.01, 0.5),
    },
    "piecewise_constant_decay": {
        "boundaries": _among([2, 5], [1, 3], [4, 9]),
        "values": lambda rng: [float(_RATE(rng)) for _ in range(3)],
    },
}

#: The options that all optimizers share: how often each is there, and its arguments.
OPTIONS: tuple[tuple[float, dict[str, Draw]], ...] = (
    (0.4, {"weight_decay": _powers(-4, -0.5)}),
    (0.35, {"loss_scale_factor": _powers(-2, 4)}),
    (0.35, {"gradient_accumulation_steps": _among(2, 3, 5)}),
    (
        0.35,
        {
            "use_ema": _among(True),
            "ema_momentum": _among(_between(0.05, 0.99), 0.0, 1.0),
            "ema_overwrite_frequency": _among(None, 1, 2, 3, 7),
        },
    ),
)
CLIPS: tuple[dict[str, Draw], ...] = (
    {},
    {},
    {"clipnorm": _powers(-2, 1.5)},
    {"clipvalue": _powers(-3, 0.5)},
    {"global_clipnorm": _powers(-2, 1.5)},
)

_SHAPES: tuple[tuple[int, ...], ...] = (
    (),
    (1,),
    (7,),
    (103,),
    (0,),
    (1, 1),
    (5, 1),
    (1, 9),
    (24, 17),
    (17, 24),
    (3, 40),
    (40, 3),
    (65, 63),
    (3, 4, 5),
    (2, 3, 2, 6),
)
#: Rules of which another reading is stepped; that is not done in a wrapper.
_WITH_READINGS = ("muon", "schedulefreeadamw")
_LARGE: tuple[tuple[int, ...], ...] = ((150_001,), (101_003,), (400, 300))


def draw_check(seed: int, index: int, only: Sequence[str] = ()) -> Check:
    """Return the check number `index` of a series; the same whenever it is asked for.

    Parameters
    ----------
    seed : int
        Of the series.
    index : int
        From 0.
    only : sequence of str
        Names of optimizers to choose from; all where empty.
    """
    rng = np.random.default_rng([seed, index])
    names = [name for name in only or ARGUMENTS if works_in_keras(name)]
    name = names[int(rng.integers(len(names)))]
    case = OptimizerCase(name, _arguments(rng, name))
    large = rng.random() < 1 / _LARGE_ONE_IN and name != "muon"
    shapes = _shapes(rng, large)
    decays = {"weight_decay", "adam_weight_decay"} & set(case.arguments)
    excluded = rng.random(len(shapes)) < (0.4 if decays else 0.0)
    scaled = rng.random() < 0.1 and name not in _WITH_READINGS
    return Check(
        case,
        dtype="float32" if name == "muon" else _among("float32", "float64")(rng),
        mode="eager",
        regime=_among(*REGIMES)(rng),
        steps=(1, _STEPS // 2, _STEPS),
        engine=_among("numba", *_MOSTLY)(rng),
        start=_among(1.0, 1.0, 0.0, _powers(-25, 2))(rng),
        shapes=shapes,
        seed=int(rng.integers(2**31)),
        arena=bool(rng.random() < 0.5),
        exchange=_among(0, 2, 3)(rng),
        excluded=tuple(int(k) for k in np.flatnonzero(excluded)),
        loss_scale=float(10.0 ** rng.uniform(-2, 5)) if scaled else 0.0,
    )


def _arguments(rng: np.random.Generator, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if rng.random() < 0.3:
        schedule = _among(*SCHEDULES)(rng)
        drawn = {key: draw(rng) for key, draw in SCHEDULES[schedule].items()}
        found["learning_rate"] = {"name": schedule, **drawn}
    else:
        found["learning_rate"] = _RATE(rng)
    for key, draw in ARGUMENTS[name].items():
        if rng.random() < 0.7:
            found[key] = draw(rng)
    groups = [group for chance, group in OPTIONS if rng.random() < chance]
    groups.append(CLIPS[int(rng.integers(len(CLIPS)))])
    for group in groups:
        found |= {key: draw(rng) for key, draw in group.items()}
    return found


def _shapes(rng: np.random.Generator, large: bool) -> tuple[tuple[int, ...], ...]:
    count = int(rng.choice([1, 1, 2, 3, 5]))
    chosen = [_SHAPES[int(k)] for k in rng.integers(len(_SHAPES), size=count)]
    if large:
        chosen[0] = _LARGE[int(rng.integers(len(_LARGE)))]
    return tuple(chosen)


def check_drawn(
    seed: int, indices: range, only: Sequence[str] = ()
) -> Iterator[Result]:
    """Yield a row for each check of a series, labelled by its number."""
    for index in indices:
        check = draw_check(seed, index, only)
        label = f"{check.case.name} {index} of seed {seed}"
        try:
            rows = run(check)
        except Exception as error:
            # Whatever it is, it is this configuration's failure, not the series' end.
            text = f"{check.case.label}: {type(error).__name__}: {error}"
            row = (check.dtype, check.mode, check.regime, EXACT)
            rows = [Result("random", label, *row, error=text)]
        for found in rows:
            yield replace(found, group="random", label=label)
