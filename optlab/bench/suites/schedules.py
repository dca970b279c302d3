"""Learning rate schedules: one call for one step."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab import schedules
from optlab.bench.case import OURS, Benchmark, Subject
from optlab.bench.peers import Peer
from optlab.bench.plan import Plan

#: The schedules, as experiment files write them.
_CONFIGS: dict[str, dict[str, Any]] = {
    "exponential_decay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 100,
        "decay_rate": 0.9,
    },
    "cosine_decay": {"initial_learning_rate": 0.1, "decay_steps": 1000},
    "polynomial_decay": {"initial_learning_rate": 0.1, "decay_steps": 1000},
    "inverse_time_decay": {
        "initial_learning_rate": 0.1,
        "decay_steps": 100,
        "decay_rate": 0.5,
    },
    "piecewise_constant_decay": {
        "boundaries": [100, 200],
        "values": [0.1, 0.01, 0.001],
    },
    "cosine_decay_restarts": {"initial_learning_rate": 0.1, "first_decay_steps": 100},
}
_STEPS = (0, 1, 57, 150, 201, 999)


def cases(plan: Plan) -> list[Benchmark]:
    """Return each schedule."""
    names = list(_CONFIGS)[:2] if plan.quick else list(_CONFIGS)
    return [_case(plan, name) for name in names]


def _case(plan: Plan, name: str) -> Benchmark:
    ours = schedules.get({"name": name, **_CONFIGS[name]})
    subjects: dict[str, Callable[[], Subject | None]] = {
        OURS: lambda: _subject(OURS, ours, 0.0)
    }
    for peer in plan.peers:
        subjects[peer.name] = functools.partial(_of_peer, peer, ours)
    return Benchmark("schedule", "schedules", name, subjects, params={"schedule": name})


def _of_peer(peer: Peer, ours: Any) -> Subject | None:
    maker = getattr(peer.load(), "schedule", None)
    function = maker(peer.mode, ours) if maker else None
    return None if function is None else _subject(peer.name, function, 1e-6)


def _subject(name: str, function: Callable[[int], Any], tolerance: float) -> Subject:
    steps = itertools.cycle(_STEPS)
    return Subject(
        name,
        lambda: function(next(steps)),
        lambda: [np.array([float(function(step)) for step in _STEPS], np.float32)],
        0,
        tolerance,
        "another pow and cos" if tolerance else "same bits",
    )
