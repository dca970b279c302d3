"""Schedules against tf.keras itself, bit for bit, and configurations both ways."""

import keras
import numpy as np
import pytest

from optlab import schedules

STEPS = [*range(0, 32), *range(32, 520, 13), 999, 1000, 1001, 5000, 81910, 10**6]

CASES = {
    "exponential": ("ExponentialDecay", (0.1, 100, 0.96), {}),
    "exponential, stairs": ("ExponentialDecay", (0.01, 7, 0.5), {"staircase": True}),
    "exponential, to nothing": ("ExponentialDecay", (0.3, 1, 0.7), {}),
    "exponential, growing": ("ExponentialDecay", (1e-4, 1000, 1.5), {}),
    "piecewise": ("PiecewiseConstantDecay", ([10, 20, 100], [1.0, 0.5, 0.1, 0.3]), {}),
    "piecewise, one": ("PiecewiseConstantDecay", ([10.5], [0.7, 0.07]), {}),
    "polynomial": ("PolynomialDecay", (0.1, 300), {}),
    "polynomial, root": ("PolynomialDecay", (0.1, 300, 0.01, 0.5), {}),
    "polynomial, cycle": ("PolynomialDecay", (0.1, 30, 1e-3, 2.0, True), {}),
    "polynomial, power 0": ("PolynomialDecay", (0.1, 30, 1e-3, 0.0), {}),
    "inverse time": ("InverseTimeDecay", (0.1, 10, 0.3), {}),
    "inverse time, stairs": ("InverseTimeDecay", (0.1, 10.5, 0.3, True), {}),
    "cosine": ("CosineDecay", (0.1, 400), {}),
    "cosine, floor": ("CosineDecay", (0.1, 333, 0.07), {}),
    "cosine, warm-up": (
        "CosineDecay",
        (0.003, 333, 0.1),
        {"warmup_target": 0.2, "warmup_steps": 50},
    ),
    "cosine, ignored warm-up": ("CosineDecay", (0.1, 333), {"warmup_steps": 50}),
    "cosine, target alone": ("CosineDecay", (0.1, 333), {"warmup_target": 0.2}),
    "restarts": ("CosineDecayRestarts", (0.1, 10), {}),
    "restarts, equal": ("CosineDecayRestarts", (0.1, 30, 1.0, 0.9), {}),
    "restarts, all": ("CosineDecayRestarts", (0.1, 17, 1.7, 0.8, 0.05), {}),
}


def pair(case):
    name, args, kwargs = CASES[case]
    twin = getattr(keras.optimizers.schedules, name)
    return getattr(schedules, name)(*args, **kwargs), twin(*args, **kwargs)


@pytest.mark.parametrize("case", CASES)
def test_rates_are_keras_rates(case):
    ours, twin = pair(case)
    found = [ours(step) for step in STEPS]
    expected = [float(twin(step)) for step in STEPS]
    np.testing.assert_array_equal(found, expected)
    assert all(type(rate) is float for rate in found)


@pytest.mark.parametrize("case", CASES)
def test_configurations_go_both_ways(case):
    ours, twin = pair(case)
    assert ours.get_config() == twin.get_config()
    assert type(ours).from_config(twin.get_config()) == ours
    assert schedules.get(keras.optimizers.schedules.serialize(twin)) == ours
    back = keras.optimizers.schedules.deserialize(schedules.serialize(ours))
    assert back.get_config() == twin.get_config()


def test_every_keras_schedule_is_here():
    theirs = {
        name
        for name, value in vars(keras.optimizers.schedules).items()
        if isinstance(value, type) and name != "LearningRateSchedule"
    }
    assert theirs == {cls.__name__ for cls in schedules.KERAS_SCHEDULES}


def test_the_missed_restart_is_reproduced():
    schedule = schedules.CosineDecayRestarts(1.0, 10, t_mul=2.0)
    assert schedule(81910) == 0.0


def test_fractional_steps_as_in_keras():
    for case in ("piecewise, one", "exponential, stairs", "cosine, warm-up"):
        ours, twin = pair(case)
        for step in (0.5, 10.25, 10.5, 10.75):
            assert ours(step) == float(twin(step))
