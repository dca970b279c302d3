"""The record of a run: figures, and a file that brings everything back."""

import json
import math
import pickle

import numpy as np
import pytest

import optlab
from optlab import InputError, archive, problems
from optlab.run import Run
from optlab.training import fit, minimize

X = np.random.default_rng(0).normal(size=(40, 3))
Y = (X[:, 0] > 0).astype(float)


def trained(**more):
    model = optlab.Sequential(
        [optlab.Dense(4, activation="relu"), optlab.Dense(1, activation="sigmoid")],
        input_shape=(3,),
    )
    arguments = {
        "loss": "binary_crossentropy", "optimizer": optlab.Adam(0.05), "epochs": 6,
        "metrics": ["accuracy", "mae"], "validation_split": 0.25, **more,
    }  # fmt: skip
    return fit(model, X, Y, **arguments)


def test_summary():
    run = trained()
    found = run.summary()
    history = run.history
    assert found["loss"] == {
        "first": history["loss"][0],
        "last": history["loss"][-1],
        "best": min(history["loss"]),
        "best_epoch": int(np.argmin(history["loss"])) + 1,
    }
    assert sorted(found["metrics"]) == sorted(set(history) - {"loss"})
    assert found["metrics"]["accuracy"]["best"] == max(history["accuracy"])
    assert found["metrics"]["val_mae"]["best"] == min(history["val_mae"])
    assert found["status"] == "finished"
    assert (found["epochs"], found["steps"]) == (6, 6)
    assert found["steps_per_second"] == pytest.approx(run.steps / run.seconds)
    assert run.metrics == ["accuracy", "mae"]
    json.dumps(found)


def test_summary_of_nothing_and_of_nan():
    found = Run().summary()
    assert found["loss"]["best"] is None
    assert found["steps_per_second"] == 0.0
    run = Run()
    run.history = {"loss": [2.0, 1.0, math.nan]}
    assert run.summary()["loss"]["best_epoch"] == 2


def test_save_and_load(tmp_path):
    run = trained(record=2)
    found = Run.load(run.save(tmp_path / "run"))
    assert found.history == run.history
    assert found.losses.tobytes() == run.losses.tobytes()
    assert found.seconds == run.seconds
    assert found.settings == run.settings
    assert found.summary() == run.summary()
    assert found.trace.names == run.trace.names
    assert found.trace.ratio.tobytes() == run.trace.ratio.tobytes()
    np.testing.assert_array_equal(found.model.predict(X), run.model.predict(X))
    assert found.optimizer.get_config() == run.optimizer.get_config()
    assert found.loss.get_config() == run.loss.get_config()
    assert repr(found) == repr(run)


def test_runs_pass_between_processes():
    run = trained(record=3)
    found = pickle.loads(pickle.dumps(run))
    assert found.history == run.history
    assert found.optimizer.iterations == run.optimizer.iterations
    np.testing.assert_array_equal(found.model.predict(X), run.model.predict(X))
    again = fit(
        found.model, X, Y, epochs=8, resume=found, metrics=["accuracy", "mae"],
        validation_split=0.25, record=3,
    )  # fmt: skip
    assert again.losses.tobytes() == trained(epochs=8).losses.tobytes()
    assert again.steps == 8 > run.steps == 6


def test_what_cannot_be_written_down_is_left_out(tmp_path):
    run = trained(optimizer=optlab.SGD(lambda step: 0.1), record=None)
    found = Run.load(run.save(tmp_path / "run"))
    assert found.optimizer is None
    optimizer = optlab.SGD(lambda step: 0.1)
    again = fit(
        found.model, X, Y, optimizer=optimizer, epochs=8, resume=found,
        metrics=["accuracy", "mae"], validation_split=0.25,
    )  # fmt: skip
    assert again.steps == 8
    whole = trained(optimizer=optlab.SGD(lambda step: 0.1), epochs=8)
    assert again.history == whole.history
    own = problems.Function(lambda x: (float(x @ x), 2 * x), [1.0, 2.0])
    walk = minimize(own, "sgd", steps=3)
    found = Run.load(walk.save(tmp_path / "walk"))
    assert found.problem is None
    assert found.trajectory.tobytes() == walk.trajectory.tobytes()


def test_bad_files(tmp_path):
    path = archive.write(tmp_path / "a", {"format": 99, "history": {}})
    with pytest.raises(InputError, match="newer optlab"):
        Run.load(path)
    archive.write(path, {"some": "thing"})
    with pytest.raises(InputError, match="not the record of a run"):
        Run.load(path)
    with pytest.raises(InputError, match="Cannot read"):
        Run.load(tmp_path / "none.npz")
    with pytest.raises(InputError, match="still going on"):
        Run().save(path)
    with pytest.raises(InputError, match="Cannot write"):
        trained().save(tmp_path / "no" / "run.npz")
