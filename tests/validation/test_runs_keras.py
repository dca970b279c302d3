"""Whole runs against their twins, and a twin that is not one."""

import numpy as np
import pytest

import optlab
from optlab.experiments import Experiment
from optlab.optimizers import Adam
from optlab.validation.runs.training import compare_built
from optlab.validation.runs.verdict import FLOOR, GRADIENT, verify_experiment


def experiment(**changes):
    tables = {
        "data": {"source": "iris", "scale": "standard"},
        "model": {
            "layers": [
                {"units": 8, "activation": "relu", "batch_normalization": True},
                {"units": 8, "activation": "tanh", "residual": True, "dropout": 0.2},
                {"units": 3, "activation": "softmax", "kernel_regularizer": "l2"},
            ]
        },
        "loss": {"name": "sparse_categorical_crossentropy"},
        "optimizer": {"name": "adam", "learning_rate": 0.01},
        "training": {"epochs": 3, "class_weight": {"0": 2.0, "1": 1.0, "2": 1.0}},
    }
    return Experiment(**(tables | changes))


def test_digits_drift_by_less_than_1e_10_in_200_steps():
    found = verify_experiment(optlab.experiments.find("digits"), "float64", 200)
    assert [len(found.run.rows), found.run.rows[-1].step] == [200, 200]
    assert found.run.largest("drift") < 1e-10
    assert found.run.largest("local_gradient") < GRADIENT["float64"]
    result = found.result()
    assert result.passed, result.error
    assert "after 200 steps" in result.note


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_kind_of_layer_weight_and_mask(dtype):
    found = verify_experiment(experiment(), dtype)
    assert found.result().passed, found.result().error
    assert len(found.run.rows) == 3 * 4
    assert found.run.largest("local_gradient") < GRADIENT[dtype]
    assert len(found.as_dict()["drift"]) == 12


@pytest.mark.parametrize(
    ("loss", "last", "source"),
    [
        ({"name": "mse"}, {"units": 1}, "diabetes"),
        ({"name": "huber", "delta": 0.5}, {"units": 1}, "diabetes"),
        (
            {"name": "binary_crossentropy", "plain": True},
            {"units": 1, "activation": "sigmoid"},
            "breast_cancer",
        ),
    ],
    ids=lambda value: value.get("name", "") if isinstance(value, dict) else value,
)
def test_losses_and_recovered_logits(loss, last, source):
    small = experiment(
        data={"source": source, "scale": "standard", "target_scale": "none"},
        model={"layers": [{"units": 4, "activation": "tanh"}, last]},
        loss=loss,
        optimizer={"name": "sgd", "learning_rate": 1e-5},
        training={"steps": 5},
    )
    found = verify_experiment(small, "float64")
    assert found.result().passed, found.result().error
    assert found.run.largest("local_gradient") < GRADIENT["float64"]


def test_a_cut_rate_is_followed():
    cut = {"name": "reduce_lr_on_plateau", "patience": 1, "min_delta": 10.0}
    small = experiment(training={"epochs": 4, "callbacks": [cut]})
    found = verify_experiment(small, "float64")
    assert found.result().passed, found.result().error


@pytest.mark.parametrize("optimizer", ["adam", "schedule_free_adamw"])
def test_a_walk_is_the_same_bits(optimizer):
    walk = Experiment(
        function={"name": "rosenbrock"},
        optimizer={"name": optimizer, "learning_rate": 0.01},
        training={"steps": 30},
    )
    found = verify_experiment(walk)
    assert found.run.largest("drift") == 0.0
    assert found.result().passed
    assert len(found.run.rows) == 30


class Wrong(Adam):
    """Has another epsilon than it says."""

    def hyper(self):
        return (*super().hyper()[:-1], 1e-3)


def test_a_wrong_run_fails_and_names_where():
    built = experiment(training={"steps": 6}).build()
    built.optimizer = Wrong(0.01)
    built.optimizer.__class__.__name__ = "Adam"
    found = compare_built(built)
    assert found.largest("local_gradient") < 1e-4
    assert found.largest("drift") > 1e-6
    from optlab.validation.runs.verdict import Verdict

    verdict = Verdict("wrong", found, [1e-8] * 6)
    result = verdict.result()
    assert not result.passed
    for part in ("wrong, Adam", "float32", "step 1", "index", "got", "expected"):
        assert part in result.messages()[0]


def test_the_bound_follows_what_one_rounding_grows_to():
    from optlab.validation.runs.comparison import RunComparison
    from optlab.validation.runs.verdict import AMPLIFIED, Verdict

    verdict = Verdict("made", RunComparison("float64", "sgd"), [1e-16, 1e-3])
    assert verdict.bound(1) == FLOOR["float64"]
    assert verdict.bound(2) == verdict.bound(99) == AMPLIFIED * 1e-3


def test_nothing_is_left_hooked_up():
    built = experiment(training={"steps": 2}).build()
    compare_built(built)
    assert "forward" not in vars(built.model)
    assert "into" not in vars(built.loss)
    assert np.isfinite(built.model.predict(built.data.x)).all()
