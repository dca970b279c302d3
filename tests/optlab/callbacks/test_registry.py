"""Callbacks by name, by configuration, as functions."""

import pytest

from optlab import InputError, callbacks


@pytest.mark.parametrize(
    "identifier, cls",
    [
        ("early_stopping", callbacks.EarlyStopping),
        ("ReduceLROnPlateau", callbacks.ReduceLROnPlateau),
        ("reduce-lr-on-plateau", callbacks.ReduceLROnPlateau),
        ("terminate_on_nan", callbacks.TerminateOnNaN),
        ({"name": "early_stopping", "patience": 3}, callbacks.EarlyStopping),
        (
            {"class_name": "EarlyStopping", "config": {"monitor": "loss"}},
            callbacks.EarlyStopping,
        ),
        (print, callbacks.FunctionCallback),
    ],
)
def test_get(identifier, cls):
    found = callbacks.get(identifier)
    assert type(found) is cls
    assert callbacks.get(found) is found
    assert cls.__name__ in repr(found)


@pytest.mark.parametrize("name", ["early_stopping", "reduce_lr_on_plateau"])
def test_configuration_round_trip(name):
    first = callbacks.get({"name": name, "patience": 4, "mode": "max"})
    again = callbacks.get({"name": name, **first.get_config()})
    assert again.get_config() == first.get_config()
    assert again.patience == 4


@pytest.mark.parametrize(
    "identifier, message",
    [
        ("early_stoping", "Did you mean 'early_stopping'"),
        ({"name": "early_stopping", "patiense": 3}, "Did you mean 'patience'"),
        ({"name": "learning_rate_scheduler"}, "needs `schedule`"),
        ({"patience": 3}, "needs a `name`"),
        (callbacks.EarlyStopping, r"write EarlyStopping\(\)"),
        (7, "must be a name"),
    ],
)
def test_bad_identifiers(identifier, message):
    with pytest.raises(InputError, match=message):
        callbacks.get(identifier)


def test_one_or_many():
    assert callbacks.get_all(None) == []
    assert len(callbacks.get_all("terminate_on_nan")) == 1
    assert len(callbacks.get_all([print, {"name": "early_stopping"}])) == 2
    assert callbacks.names() == sorted(callbacks.names())
