"""The one table of schedules, and how files and configurations name them."""

from __future__ import annotations

from optlab.lookup import snake_case
from optlab.schedules.cosine_decay import CosineDecay
from optlab.schedules.cosine_decay_restarts import CosineDecayRestarts
from optlab.schedules.cyclical import CyclicalLearningRate
from optlab.schedules.exponential_decay import ExponentialDecay
from optlab.schedules.inverse_time_decay import InverseTimeDecay
from optlab.schedules.known import (
    KERAS_SCHEDULES,
    SCHEDULES,
    get,
    names,
    serialize,
)
from optlab.schedules.linear_warmup import LinearWarmup
from optlab.schedules.one_cycle import OneCycle
from optlab.schedules.piecewise_constant_decay import PiecewiseConstantDecay
from optlab.schedules.polynomial_decay import PolynomialDecay
from optlab.schedules.step_decay import StepDecay

KERAS_SCHEDULES += [
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
]
for _cls in (
    *KERAS_SCHEDULES,
    CyclicalLearningRate,
    LinearWarmup,
    OneCycle,
    StepDecay,
):
    SCHEDULES.enter(snake_case(_cls.__name__), _cls)

__all__ = ["KERAS_SCHEDULES", "SCHEDULES", "get", "names", "serialize"]
