"""Facts: what is read off data and set-up before any run."""

import numpy as np
import pytest

from optlab.diagnosis.facts import Facts
from optlab.diagnosis.trials import data_of


def facts(experiment):
    return Facts.of(experiment, data_of(experiment))


def test_of_a_healthy_set_up(setup):
    found = facts(setup())
    assert (found.task, found.rows, found.batch_size) == ("binary", 80, 8)
    assert (found.steps_per_epoch, found.updates) == (10, 1000)
    assert found.final_activation == "sigmoid"
    assert found.hidden_activations == ["relu"]
    assert found.fans == [(3, 16), (16, 1)]
    assert (found.loss, found.optimizer_name) == ("binary_crossentropy", "adam")
    assert found.rate == 0.003
    assert found.non_finite == (0, 0)


def test_of_columns(setup):
    def shifted(arrays):
        return {"x": arrays["x"] * [1, 1, 0] + [0, 100, 5]}

    found = facts(setup(arrays=shifted))
    assert found.input_size == pytest.approx(100, rel=0.01)
    assert found.input_offset == pytest.approx(100, rel=0.2)


def test_activation_of_its_own_entry(setup):
    def split(tree):
        tree["model"]["layers"] = [
            {"units": 4},
            {"activation": "tanh"},
            {"units": 1},
            {"activation": "sigmoid"},
        ]

    found = facts(setup(change=split))
    assert found.hidden_activations == ["tanh"]
    assert found.final_activation == "sigmoid"


def test_gain_of_he_is_1(setup):
    def he(tree):
        tree["model"]["layers"][0] |= {
            "units": 400,
            "kernel_initializer": "he_normal",
        }

    assert facts(setup(change=he)).gains[0] == pytest.approx(1.0, rel=0.1)


def test_rows_that_are_not_finite_are_counted_and_left_out(setup):
    def broken(arrays):
        x, y = arrays["x"].copy(), arrays["y"].astype(float)
        x[3, 1], y[:2] = np.inf, np.nan
        return {"x": x, "y": y}

    found = facts(setup(arrays=broken))
    assert found.non_finite == (1, 2)
    assert np.isfinite(found.x).all() and np.isfinite(found.labels).all()
    assert len(found.labels) == 78


def test_steps_count_as_updates(setup):
    assert facts(setup(training={"epochs": None, "steps": 7})).updates == 7
