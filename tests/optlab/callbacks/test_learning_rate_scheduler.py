"""Rates by epoch: from a function of one or two arguments, or from a schedule."""

import pytest

from optlab import InputError, optimizers, schedules
from optlab.callbacks import LearningRateScheduler


@pytest.mark.parametrize(
    "schedule, rates",
    [
        (lambda epoch, rate: rate * 0.5, [0.5, 0.25, 0.125]),
        (lambda epoch: 1.0 / (epoch + 1), [1, 0.5, 1 / 3]),
        (
            {
                "name": "exponential_decay",
                "initial_learning_rate": 1.0,
                "decay_steps": 1,
                "decay_rate": 0.5,
            },
            [1, 0.5, 0.25],
        ),
        (schedules.ExponentialDecay(1.0, 1, 0.5), [1, 0.5, 0.25]),
    ],
)
def test_rates(feed, schedule, rates):
    found = feed(LearningRateScheduler(schedule), [1, 1, 1], rate=1.0)[1]
    assert found == pytest.approx(rates)


def test_an_error_inside_the_function_is_not_hidden(feed):
    def broken(epoch, rate):
        return rate + "a"

    with pytest.raises(TypeError, match="unsupported operand"):
        feed(LearningRateScheduler(broken), [1])


def test_verbose_tells_on_standard_error(feed, capsys):
    feed(LearningRateScheduler(lambda e: 0.5, verbose=1), [1])
    assert "Epoch 1: learning rate 0.5" in capsys.readouterr().err


@pytest.mark.parametrize("rate", [None, 1, float("nan"), "0.1"])
def test_only_a_float_will_do(feed, rate):
    with pytest.raises(InputError, match="must return a finite float"):
        feed(LearningRateScheduler(lambda epoch: rate), [1])


def test_bad_input():
    with pytest.raises(InputError, match="`schedule` must be a function"):
        LearningRateScheduler(0.1)
    optimizer = optimizers.SGD(schedules.CosineDecay(0.1, 10))
    scheduler = LearningRateScheduler(lambda epoch: 0.1)
    with pytest.raises(InputError, match="follows a schedule"):
        scheduler.attach(None, optimizer, None, {})
