"""Learning-rate schedules: tf.keras's, to the last bit, and others in common use."""

from optlab.schedules.base import Schedule
from optlab.schedules.cosine_decay import CosineDecay
from optlab.schedules.cosine_decay_restarts import CosineDecayRestarts
from optlab.schedules.cyclical import CyclicalLearningRate
from optlab.schedules.exponential_decay import ExponentialDecay
from optlab.schedules.inverse_time_decay import InverseTimeDecay
from optlab.schedules.linear_warmup import LinearWarmup
from optlab.schedules.one_cycle import OneCycle
from optlab.schedules.piecewise_constant_decay import PiecewiseConstantDecay
from optlab.schedules.polynomial_decay import PolynomialDecay
from optlab.schedules.registry import KERAS_SCHEDULES, SCHEDULES, get, names, serialize
from optlab.schedules.step_decay import StepDecay

__all__ = [
    "KERAS_SCHEDULES",
    "SCHEDULES",
    "CosineDecay",
    "CosineDecayRestarts",
    "CyclicalLearningRate",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LinearWarmup",
    "OneCycle",
    "PiecewiseConstantDecay",
    "PolynomialDecay",
    "Schedule",
    "StepDecay",
    "get",
    "names",
    "serialize",
]
