"""Runs that are trained in lock step are those of `fit`, whatever runs beside them."""

import numpy as np
import pytest

from optlab import Experiment, sweep
from optlab.errors import InputError
from optlab.training.lockstep_coverage import why_not

DIABETES = Experiment(
    data={"source": "diabetes", "scale": "standard", "target_scale": "standard"},
    model={"layers": [{"units": 5, "activation": "tanh"}, {"units": 1}]},
    loss={"name": "mean_squared_error"},
    optimizer={"name": "sgd", "learning_rate": 0.01, "momentum": 0.9},
    training={"epochs": 3, "batch_size": 64, "dtype": "float64", "seed": 3},
)
RATE = "optimizer.learning_rate"
PENALTY = {"activity_regularizer": "l2"}


def figures(point):
    return {
        (name, key): value
        for name, column in {
            "loss": point.summary["loss"],
            **point.summary["metrics"],
        }.items()
        for key, value in column.items()
    }


def test_runs_are_those_of_fit():
    # The last one ends in infinity and is made again alone, to say where.
    grid = {RATE: [1e-3, 0.01, 1e30], "optimizer.momentum": [0.5, 0.9]}
    together = sweep(DIABETES, grid, seeds=2, engine="lockstep")
    alone = sweep(DIABETES, grid, seeds=2, engine="single", jobs=1)
    assert list(together.one_by_one.values()) == [4]
    for ours, row in zip(together.rows, alone.rows, strict=True):
        for point, expected in zip(ours.points, row.points, strict=True):
            assert point.status == expected.status
            assert point.message == expected.message
            assert point.directions == expected.directions
            found, wanted = figures(point), figures(expected)
            assert found.keys() == wanted.keys()
            assert [v is None for v in found.values()] == [
                v is None for v in wanted.values()
            ]
            keys = [key for key, value in wanted.items() if value is not None]
            np.testing.assert_allclose(
                [found[key] for key in keys], [wanted[key] for key in keys], rtol=1e-12
            )
    statuses = [point.status for point in together.rows[-1].points]
    assert statuses == ["diverged", "diverged"]


def test_a_run_does_not_depend_on_those_beside_it():
    rates = [0.05, 0.02, 0.03, 0.01, 0.002]
    many = sweep(DIABETES, {RATE: rates}, seeds=3, engine="lockstep")
    few = sweep(DIABETES, {RATE: [0.03]}, seeds=[5, 4], engine="lockstep")
    found = {point.seed: figures(point) for point in few.rows[0].points}
    expected = {point.seed: figures(point) for point in many.rows[2].points}
    assert found == {seed: expected[seed] for seed in (5, 4)}


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"optimizer.clipnorm": 1.0}, "clips"),
        ({"optimizer.name": "nadam", "optimizer.momentum": None}, "Nadam"),
        ({"optimizer.name": "muon", "optimizer.momentum": None}, "Muon"),
        ({"model.layers.0.dropout": 0.5}, "Dropout"),
        ({"model.layers.0.kernel_regularizer": "l2"}, "`kernel_regularizer`"),
        (
            {"model.layers.0": {"class": "Dense", "units": 5} | PENALTY},
            "`activity_regularizer`",
        ),
        ({"model.layers.0.activation": "softmax"}, "softmax"),
        ({"model.layers.0.trainable": False}, "frozen"),
        ({"training.metrics": ["r2_score"]}, "r2_score"),
        ({"loss.reduction": "sum"}, "no mean"),
    ],
)
def test_what_is_not_covered_is_named(changes, reason):
    assert reason in why_not(DIABETES.replace(changes).build())
    assert why_not(DIABETES.build()) == ""


def test_what_is_not_covered_is_made_alone():
    clipped = DIABETES.replace({"optimizer.clipnorm": 1.0})
    found = sweep(clipped, {RATE: [0.1]}, engine="lockstep")
    assert found.rows[0].points[0].status == "finished"
    assert sum(found.one_by_one.values()) == 1


def test_an_unknown_engine():
    with pytest.raises(InputError, match="Did you mean 'lockstep'"):
        sweep(DIABETES, {RATE: [0.1]}, engine="lockstp")
