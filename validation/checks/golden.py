r"""Published formulas in extended precision, where tf.keras is no reference.

tf.keras's ScheduleFreeAdamW is not the published update (see
`optlab.validation.twins.aliased`), so its twin proves nothing about ours. Here the
three sequences of Defazio et al. (2024), equations 3 to 5, are kept apart,

.. math::
    y_t &= (1 - \beta_1) z_t + \beta_1 x_t, \qquad
    z_{t+1} = z_t - \gamma_t\, g(y_t) / (\sqrt{\hat v_t} + \epsilon), \\
    x_{t+1} &= (1 - \tfrac1t) x_t + \tfrac1t z_{t+1}

in NumPy's long double, from the numbers that optlab was given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from optlab import optimizers, schedules
from optlab.typing import Array
from optlab.validation.parity import Tolerance, Where, compare
from optlab.validation.results import Result

#: The next power of two above what was measured (3.3) in roundings of float64.
_ROUNDED = Tolerance(
    roundings=4.0, reason="x is recovered from y and z, in float64 instead of more"
)
_STEPS, _SIZE = 50, 40

#: Arguments of ScheduleFreeAdamW, away from their defaults.
SCHEDULE_FREE: list[dict[str, Any]] = [
    {"learning_rate": 0.037, "beta_1": 0.83, "beta_2": 0.977, "epsilon": 3e-4},
    {"learning_rate": 0.37, "beta_1": 0.61, "beta_2": 0.9, "warmup_steps": 7},
]


def _step_decay(t: int) -> float:
    return max(0.37 * float(0.7 ** (t // 7)), 0.05)


def _cyclical(t: int) -> float:
    """Go up for 5 steps and down for 5, the peak halved with each cycle."""
    cycle, place = divmod(t, 10)
    return 0.01 + 0.3 * (1 - abs(place / 5 - 1)) / 2.0**cycle


def _warmup(t: int) -> float:
    return 0.07 + (0.37 - 0.07) * min(t / 9, 1.0)


#: Schedules that tf.keras has not: configuration and formula.
SCHEDULES: list[tuple[dict[str, Any], Callable[[int], float]]] = [
    (
        {
            "name": "step_decay",
            "initial_learning_rate": 0.37,
            "decay_steps": 7,
            "decay_rate": 0.7,
            "end_learning_rate": 0.05,
        },
        _step_decay,
    ),
    (
        {
            "name": "cyclical_learning_rate",
            "initial_learning_rate": 0.01,
            "maximal_learning_rate": 0.31,
            "step_size": 5,
            "mode": "triangular2",
        },
        _cyclical,
    ),
    (
        {
            "name": "linear_warmup",
            "learning_rate": 0.37,
            "warmup_steps": 9,
            "initial_learning_rate": 0.07,
        },
        _warmup,
    ),
]
ROWS = len(SCHEDULE_FREE) + len(SCHEDULES)
#: Roundings of the rate (0.5 measured): the formulas are written in another order.
_RATE = Tolerance(roundings=1.0, reason="the formula is written in another order")


def check_golden() -> Iterator[Result]:
    """Yield a row for each formula."""
    for arguments in SCHEDULE_FREE:
        started = time.perf_counter()
        actual, expected = _schedule_free(arguments)
        label = " ".join(["schedulefreeadamw", *map(str, arguments.values())])
        yield _row(label, actual, expected, _ROUNDED, started)
    for config, formula in SCHEDULES:
        started = time.perf_counter()
        rate = schedules.get(config)
        actual = np.array([rate(t) for t in range(_STEPS)])
        expected = np.array([formula(t) for t in range(_STEPS)])
        yield _row(config["name"], actual, expected, _RATE, started)


def _row(
    label: str, actual: Array, expected: Array, allowed: Tolerance, started: float
) -> Result:
    where = Where(label, "float64", "formula", None, "all steps")
    scale = np.full(expected.shape, np.abs(expected).max())
    found = [compare(actual, expected, allowed, where, scale)]
    seconds = time.perf_counter() - started
    row = ("golden", label, "float64", "formula", "", allowed, found)
    return Result(*row, seconds=seconds)


def _schedule_free(arguments: dict[str, Any]) -> tuple[Array, Array]:
    """Return our parameters after each step, and the paper's."""
    rng = np.random.default_rng(2)
    start = rng.standard_normal(_SIZE)
    grads = rng.standard_normal((_STEPS, _SIZE))
    param = start.copy()
    ours = optimizers.ScheduleFreeAdamW(**arguments)
    ours.build([param])
    long = np.longdouble
    # tf.keras rounds these numbers to float32, and ours does the same.
    rate, beta_1, beta_2, epsilon = (
        long(np.float32(value))
        for value in (ours.learning_rate, ours.beta_1, ours.beta_2, ours.epsilon)
    )
    x = z = start.astype(long)
    v = np.zeros(_SIZE, long)
    seen, expected = [], []
    for t, grad in enumerate(grads, 1):
        ours.apply([grad])
        seen.append(param.copy())
        g = grad.astype(long)
        v = beta_2 * v + (1 - beta_2) * g**2
        warm = min(long(t) / max(ours.warmup_steps, 1), 1)
        z = z - rate * warm * g / (np.sqrt(v / (1 - beta_2**t)) + epsilon)
        x = (1 - long(1) / t) * x + z / t
        expected.append(((1 - beta_1) * z + beta_1 * x).astype(np.float64))
    return np.array(seen), np.array(expected)
