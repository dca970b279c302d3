"""Every optimizer and every wrapper goes wherever an optimizer can go."""

import numba
import numpy as np
import pytest

import optlab
from optlab import optimizers
from optlab.experiments import Experiment
from optlab.explain import explain
from optlab.run import Run

ADAM = {"name": "adam", "learning_rate": 0.05}
SGD = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9}
CASES = {name: {"name": name, "learning_rate": 0.05} for name in optimizers.names()}
# A bias of 0 has no norm, and is stepped by the whole rate.
CASES["lars"]["learning_rate"] = 0.005
# A factor of the rate that they estimate, from a distance that is soon gone.
CASES |= {
    name: {"name": name, "learning_rate": 1.0, key: 0.01}
    for name, key in [
        ("dadaptadam", "d0"),
        ("dadaptsgd", "d0"),
        ("dog", "reps_rel"),
        ("prodigy", "d0"),
    ]
}
CASES |= {
    "loss_scale_optimizer": {
        "name": "loss_scale_optimizer",
        "inner_optimizer": {**ADAM, "use_ema": True},
        "initial_scale": 256.0,
        "dynamic_growth_steps": 3,
    },
    "low_precision": {
        "name": "low_precision",
        "inner_optimizer": {**ADAM, "weight_decay": 0.01},
    },
    "lookahead": {
        "name": "lookahead",
        "inner_optimizer": {**ADAM, "use_ema": True},
        "sync_period": 3,
    },
    "cautious": {
        "name": "cautious",
        "inner_optimizer": {**ADAM, "use_ema": True, "weight_decay": 0.01},
    },
    "sam": {"name": "sam", "inner_optimizer": {**SGD, "loss_scale_factor": 4.0}},
    "asam": {"name": "asam", "rho": 0.1, "inner_optimizer": SGD},
    "swa": {
        "name": "swa",
        "inner_optimizer": ADAM,
        "start_averaging": 5,
        "average_period": 2,
    },
    "multi_optimizer": {
        "name": "multi_optimizer",
        "default_optimizer": SGD,
        "optimizer_map": {".*bias": {**ADAM, "use_ema": True}},
    },
    "lbfgs": {"name": "lbfgs", "history_size": 3},
    "lookahead of sam": {
        "name": "lookahead",
        "inner_optimizer": {"name": "sam", "inner_optimizer": ADAM},
    },
    "loss_scale_optimizer of multi_optimizer": {
        "name": "loss_scale_optimizer",
        "inner_optimizer": {"name": "multi_optimizer", "default_optimizer": SGD},
    },
}


def test_all_are_there():
    names = {case["name"].replace("_", "") for case in CASES.values()}
    others = {*optimizers.WRAPPERS, *optimizers.SEARCHERS}
    assert names >= {*optimizers.OPTIMIZERS, *others}


def trained(case, epochs, **more):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((30, 3)).astype("float32")
    y = (x @ np.array([[1.0], [-2.0], [0.5]])).astype("float32")
    layers = [optlab.Dense(4, activation="tanh"), optlab.Dense(1)]
    model = optlab.Sequential(layers, input_shape=(3,), seed=1)
    return optlab.fit(
        model, x, y, loss="mse", optimizer=optimizers.get(CASES[case]), batch_size=8,
        epochs=epochs, record=2, seed=3, **more,
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_fit_save_resume_minimize_explain_and_a_file(case, tmp_path, monkeypatch):
    entry = optimizers.TABLE.get(case)
    if case == "low_precision" or (entry is not None and not entry.twin):
        # To the bits of its loops (`test_beyond.py`, `test_low_precision.py`), without
        # compiling them again.
        monkeypatch.setattr(optimizers.RuleOptimizer, "engine", "numpy")
    whole = trained(case, 4)
    assert whole.status == "finished"
    assert whole.history["loss"][-1] < whole.history["loss"][0]
    path = trained(case, 2).save(tmp_path / "run.npz")
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    resumed = trained(case, 4, resume=Run.load(path))
    numba.set_num_threads(threads)
    assert resumed.history == whole.history
    for a, b in zip(
        resumed.model.get_weights(), whole.model.get_weights(), strict=True
    ):
        assert a.tobytes() == b.tobytes()
    kept = whole.optimizer.save(tmp_path / "optimizer.npz")
    again = optimizers.Optimizer.load(kept, whole.model.parameters)
    assert again.get_config() == whole.optimizer.get_config()
    assert again.iterations == whole.iterations

    walked = optlab.minimize("booth", optimizers.get(CASES[case]), steps=5)
    assert walked.status == "finished" and walked.iterations == 5

    made = optimizers.get(CASES[case])
    if type(made) in optimizers.WRAPPERS.values():
        with pytest.raises(optlab.InputError, match="explain the optimizers that it"):
            explain(made, [1.0])
    elif type(made) in optimizers.SEARCHERS.values():
        with pytest.raises(optlab.InputError, match="no rule of its own to explain"):
            explain(made, [1.0])
    else:
        assert len(explain(made, [1.0, -2.0]).rows) == 2

    file = tmp_path / "experiment.toml"
    experiment = Experiment(
        function={"name": "booth"}, optimizer=CASES[case], training={"steps": 3}
    )
    experiment.to_toml(file)
    assert (
        Experiment.from_toml(file).run().losses.tolist() == walked.losses[:4].tolist()
    )


def test_a_second_look_at_the_same_place_changes_nothing():
    """Running means stay those of the first look, and a scaled loss is scaled again."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((24, 3)), rng.standard_normal((24, 1))
    ends = []
    for wrapped in (False, True):
        layers = [optlab.Dense(4), optlab.BatchNormalization(), optlab.Dense(1)]
        model = optlab.Sequential(layers, input_shape=(3,), seed=1)
        optimizer = optlab.SGD(0.1, momentum=0.9, loss_scale_factor=8.0)
        if wrapped:
            optimizer = optimizers.SAM(optimizer, rho=0.0)
        optlab.fit(model, x, y, loss="mse", optimizer=optimizer, batch_size=8, epochs=2)
        assert optimizer.value_and_grad is None
        ends.append([array.tobytes() for array in model.get_weights()])
    assert ends[0] == ends[1]
