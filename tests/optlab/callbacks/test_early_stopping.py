"""When a run is stopped, and with which weights."""

import math

import pytest

from optlab import InputError
from optlab.callbacks import EarlyStopping

NAN = math.nan


@pytest.mark.parametrize(
    "arguments, values, stopped, restored",
    [
        ({}, [3, 2, 2.5, 1], 2, 2),
        ({"patience": 2}, [3, 2, 2.5, 2.5, 1], 3, 3),
        ({"patience": 2, "restore_best_weights": True}, [3, 2, 2.5, 2.5], 3, 1),
        # The best weights come back also where nothing was stopped.
        ({"patience": 9, "restore_best_weights": True}, [3, 1, 2, 2], None, 1),
        ({"min_delta": 0.5}, [3, 2.8, 2.6], 1, 1),
        ({"min_delta": -0.5}, [3, 2.8, 2.6], 1, 1),
        ({"mode": "max"}, [1, 2, 1.5], 2, 2),
        # An improvement that does not beat the baseline does not restart the wait.
        ({"patience": 2, "baseline": 1.0}, [3, 2.5, 2.2, 2.3], 3, 3),
        # Epochs before the start do not count, however good.
        (
            {"start_from_epoch": 2, "patience": 1, "restore_best_weights": True},
            [0, 0, 5, 4, 4.5],
            4,
            3,
        ),
        # NaN never improves: the first epoch's weights are kept until patience ends.
        (
            {"patience": 2, "restore_best_weights": True},
            [NAN, NAN, NAN],
            2,
            0,
        ),
        ({"patience": 0}, [NAN, NAN], 1, 1),
        # The first epoch never stops a run.
        ({"baseline": 0.0}, [1, 2, 3], 1, 1),
    ],
)
def test_stops_and_restores(feed, arguments, values, stopped, restored):
    callback = EarlyStopping(**arguments)
    model, _, last = feed(callback, values)
    assert callback.stop_training == (stopped is not None)
    assert callback.stopped_epoch == (stopped or 0)
    assert last == (len(values) - 1 if stopped is None else stopped)
    assert model.values.tolist() == [restored] * 2


def test_a_used_one_begins_afresh_but_a_resumed_one_goes_on(feed):
    callback = EarlyStopping(patience=2)
    feed(callback, [1, 2, 2])
    assert feed(callback, [5, 4, 3])[2] == 2
    assert not callback.stop_training
    state = callback.save_state()
    fresh = EarlyStopping(patience=2)
    fresh.load_state(state)
    assert feed(fresh, [3.5, 3.5], begin=False)[2] == 1
    assert fresh.stop_training


def test_the_direction_is_known_from_the_figure(feed):
    assert feed(EarlyStopping("auc"), [0.5, 0.6, 0.55], "auc")[2] == 2


def test_a_missing_figure_is_passed_over(feed):
    callback = EarlyStopping()
    feed(callback, [1.0, 2.0, 3.0], monitor="loss")
    assert callback.best is None
    assert not callback.stop_training


def test_verbose_tells_on_standard_error(feed, capsys):
    feed(EarlyStopping(verbose=1, restore_best_weights=True), [1, 2])
    written = capsys.readouterr()
    assert written.out == ""
    assert "Epoch 2: early stopping" in written.err
    assert "weights of epoch 1" in written.err


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"patience": -1}, "`patience`"),
        ({"patience": 1.5}, "`patience`"),
        ({"min_delta": "a"}, "`min_delta`"),
        ({"baseline": NAN}, "`baseline`"),
        ({"mode": "upwards"}, "`mode`"),
        ({"monitor": 3}, "`monitor`"),
        ({"monitor": "val_los"}, "Did you mean 'val_loss'"),
        ({"monitor": "odd"}, "mode='min' or mode='max'"),
    ],
)
def test_bad_input(feed, arguments, message):
    with pytest.raises(InputError, match=message):
        feed(EarlyStopping(**arguments), [1])
