"""When the rate is cut, how far, and what a cut does not do."""

import math

import pytest

from optlab import InputError, optimizers, schedules
from optlab.callbacks import ReduceLROnPlateau

NAN = math.nan


@pytest.mark.parametrize(
    "arguments, values, rates",
    [
        ({"patience": 2}, [3, 3, 3, 3, 3], [1, 1, 0.5, 0.5, 0.25]),
        ({"patience": 1}, [3, 2, 1], [1, 1, 1]),
        # An improvement below min_delta is none.
        ({"patience": 1}, [1, 1 - 5e-5, 1 - 1e-4, 0.9], [1, 0.5, 0.25, 0.25]),
        ({"patience": 1, "min_delta": 0}, [1, 1 - 5e-5], [1, 1]),
        ({"patience": 1, "mode": "max"}, [1, 2, 2], [1, 1, 0.5]),
        ({"patience": 1, "min_lr": 0.4}, [1, 1, 1, 1], [1, 0.5, 0.4, 0.4]),
        ({"patience": 1, "cooldown": 2}, [1] * 6, [1, 0.5, 0.5, 0.25, 0.25, 0.125]),
        ({"patience": 1}, [NAN, NAN], [1, 0.5]),
        ({"patience": 0}, [1, 1], [1, 0.5]),
    ],
)
def test_cuts(feed, arguments, values, rates):
    callback = ReduceLROnPlateau(factor=0.5, **arguments)
    assert feed(callback, values, rate=1.0)[1] == rates


def test_the_log_holds_the_rate_before_the_cut(feed):
    callback = ReduceLROnPlateau(factor=0.5, patience=1)
    feed(callback, [1], rate=1.0)
    logs = {"val_loss": 1.0}
    callback.on_epoch_end(1, logs)
    assert logs["learning_rate"] == 1.0
    assert callback.optimizer.learning_rate == 0.5


def test_state_goes_on(feed):
    first = ReduceLROnPlateau(factor=0.5, patience=3)
    feed(first, [1, 1, 1], rate=1.0)
    second = ReduceLROnPlateau(factor=0.5, patience=3)
    second.load_state(first.save_state())
    assert feed(second, [1], rate=1.0, begin=False)[1] == [0.5]


def test_cut_is_told_on_standard_error(feed, capsys):
    feed(ReduceLROnPlateau(patience=1, verbose=1), [1, 1])
    assert "Epoch 2: learning rate cut to 0.01" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"factor": 1.0}, r"`factor` must be in \(0, 1\)"),
        ({"factor": 0}, "`factor`"),
        ({"patience": -2}, "`patience`"),
        ({"cooldown": 0.5}, "`cooldown`"),
        ({"min_lr": "low"}, "`min_lr`"),
    ],
)
def test_bad_input(arguments, message):
    with pytest.raises(InputError, match=message):
        ReduceLROnPlateau(**arguments)


@pytest.mark.parametrize("error", [InputError, TypeError])
def test_a_schedule_cannot_be_cut(error):
    optimizer = optimizers.SGD(schedules.CosineDecay(0.1, 10))
    with pytest.raises(error, match="follows a schedule"):
        ReduceLROnPlateau("loss").attach(None, optimizer, None, {"loss": "min"})
