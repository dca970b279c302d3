"""Learning rate schedules against tf.keras, step by step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from optlab import schedules
from optlab.validation.parity import EXACT, Where, compare
from optlab.validation.results import Result
from optlab.validation.twins.schedules import schedule_to_keras

SCHEDULES: list[dict[str, Any]] = [
    {
        "name": "exponential_decay",
        "initial_learning_rate": 0.1,
        "decay_steps": 100,
        "decay_rate": 0.96,
    },
    {
        "name": "exponential_decay",
        "initial_learning_rate": 0.01,
        "decay_steps": 7,
        "decay_rate": 0.5,
        "staircase": True,
    },
    {
        "name": "piecewise_constant_decay",
        "boundaries": [10, 20, 100],
        "values": [1.0, 0.5, 0.1, 0.3],
    },
    {"name": "polynomial_decay", "initial_learning_rate": 0.1, "decay_steps": 300},
    {
        "name": "polynomial_decay",
        "initial_learning_rate": 0.1,
        "decay_steps": 30,
        "end_learning_rate": 0.001,
        "power": 2.0,
        "cycle": True,
    },
    {
        "name": "inverse_time_decay",
        "initial_learning_rate": 0.1,
        "decay_steps": 10,
        "decay_rate": 0.3,
    },
    {
        "name": "inverse_time_decay",
        "initial_learning_rate": 0.1,
        "decay_steps": 7,
        "decay_rate": 0.3,
        "staircase": True,
    },
    {
        "name": "cosine_decay",
        "initial_learning_rate": 0.003,
        "decay_steps": 333,
        "alpha": 0.1,
        "warmup_target": 0.2,
        "warmup_steps": 50,
    },
    {
        "name": "cosine_decay_restarts",
        "initial_learning_rate": 0.1,
        "first_decay_steps": 17,
        "t_mul": 1.7,
        "m_mul": 0.8,
        "alpha": 0.05,
    },
]


def check_schedules(steps: int = 500) -> Iterator[Result]:
    """Yield a row for each schedule: the rates of so many steps, in float32."""
    for config in SCHEDULES:
        started = time.perf_counter()
        ours = schedules.get(config)
        twin = schedule_to_keras(ours)
        rates = np.array([ours(step) for step in range(steps)], np.float32)
        theirs = np.array([twin(step).numpy() for step in range(steps)])
        label = " ".join([config["name"], *(k for k, v in config.items() if v is True)])
        where = Where(label, "float32", "eager", None, "rate")
        found = [compare(rates, theirs, EXACT, where)]
        seconds = time.perf_counter() - started
        yield Result(
            "schedules", label, "float32", "eager", "", EXACT, found, seconds=seconds
        )
