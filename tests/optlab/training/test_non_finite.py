"""A run stops at the first NaN or infinity and names the tensor it arose in."""

import math

import numpy as np
import pytest

import optlab
from optlab import callbacks
from optlab.training import fit


def regression(layers=None, x_scale=1.0, rate=0.1, **more):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(32, 3)) * x_scale
    model = optlab.Sequential(layers or [optlab.Dense(1)], input_shape=(3,))
    arguments = {
        "loss": "mse", "optimizer": optlab.SGD(rate), "batch_size": 8, "epochs": 200,
        **more,
    }  # fmt: skip
    return fit(model, x, x.sum(1), **arguments)


def test_too_high_a_rate_ends_in_the_loss():
    run = regression(rate=9.0, metrics=["mae"], validation_split=0.25)
    assert run.status == "diverged"
    found = run.divergence
    assert (found["kind"], found["value"]) == ("loss", "inf")
    assert found["step"] == run.steps == len(run.losses) - 1
    assert found["epoch"] == run.epochs
    assert not math.isfinite(run.losses[-1])
    assert np.isfinite(run.losses[:-1]).all()
    assert run.history["loss"][-1] == math.inf
    assert {len(column) for column in run.history.values()} == {run.epochs + 1}
    assert math.isnan(run.history["val_mae"][-1])
    assert f"step {found['step']} of epoch {found['epoch']}" in found["message"]


def test_a_gradient_that_overflows_belongs_to_the_step_before():
    # Targets of 1e18 square to 1e36, which float32 holds; times inputs of 1e21 they
    # are more than it holds.
    x, y = np.full((8, 3), 1e21), np.full(8, 1e18)
    layers = [optlab.Dense(1, kernel_initializer="zeros")]
    model = optlab.Sequential(layers, input_shape=(3,))
    run = fit(model, x, y, loss="mse", optimizer="sgd", batch_size=4)
    assert math.isfinite(run.losses[0])
    assert run.divergence["what"] == "gradient of dense/kernel"
    assert (run.divergence["value"], run.divergence["step"]) == ("inf", 0)
    assert (run.steps, len(run.losses)) == (1, 2)
    assert "the loss was then" in run.divergence["message"]


def test_an_update_that_overflows_names_the_weight():
    run = regression(rate=3e38, epochs=1)
    assert run.divergence["kind"] in ("weight", "gradient")
    assert run.divergence["step"] <= 1


def test_the_last_update_is_looked_at_too():
    run = regression(rate=3e38, x_scale=100.0, steps=1, epochs=None)
    assert run.status == "diverged"
    assert run.divergence["what"].startswith("weight dense/")
    assert run.divergence["step"] == 0
    assert math.isfinite(run.losses[0])


def test_an_activation_that_overflows():
    layers = [optlab.Dense(4, activation="exponential"), optlab.Dense(1)]
    run = regression(layers, x_scale=1e4)
    assert run.divergence["what"] == "output of layer dense"
    assert (run.divergence["step"], run.steps) == (0, 0)


@pytest.mark.parametrize(
    "where, kind, place",
    [
        ("x", "input", "(row 5 of the data, column 2)"),
        ("y", "target", "(row 5 of the data)"),
    ],
)
def test_nan_in_the_data_where_it_was_let_in(where, kind, place):
    x, y = np.ones((8, 3)), np.ones(8)
    if where == "x":
        x[5, 2] = np.nan
    else:
        y[5] = np.nan
    model = optlab.Sequential([optlab.Dense(1)], input_shape=(3,))
    arguments = {"loss": "mse", "optimizer": "sgd", "batch_size": 2}
    with pytest.raises(optlab.InputError, match="NaN in row 5"):
        fit(model, x, y, **arguments)
    run = fit(model, x, y, check_finite=False, **arguments)
    assert run.divergence["kind"] == kind
    assert run.divergence["row"] == 5
    assert place in run.divergence["message"]


def test_the_best_weights_come_back_and_the_record_can_be_saved(tmp_path):
    stopping = callbacks.EarlyStopping("loss", patience=99, restore_best_weights=True)
    run = regression(rate=0.9, callbacks=[stopping, callbacks.TerminateOnNaN()])
    assert run.status == "diverged"
    assert all(np.isfinite(w).all() for w in run.model.get_weights())
    again = optlab.Run.load(run.save(tmp_path / "run"))
    assert again.divergence == run.divergence
    with pytest.raises(optlab.InputError, match="diverged"):
        fit(again.model, np.ones((8, 3)), np.ones(8), resume=again)
