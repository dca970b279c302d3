import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optlab.data import load
from optlab.errors import InputError
from optlab.experiments import Experiment, ExperimentError, find

LAYERS = st.fixed_dictionaries(
    {"units": st.integers(1, 512)},
    optional={
        "activation": st.sampled_from(["relu", "tanh", "linear"]),
        "dropout": st.floats(0, 1),
        "batch_normalization": st.sampled_from([True, False, {"momentum": 0.9}]),
        "residual": st.booleans(),
        "kernel_initializer": st.sampled_from(["zeros", {"name": "constant"}]),
        "kernel_regularizer": st.sampled_from(["l2", {"name": "l1", "l1": 0.5}]),
    },
)
EXPERIMENTS = st.fixed_dictionaries(
    {
        "data": st.fixed_dictionaries(
            {"source": st.text(min_size=1).map(lambda text: text + ".csv")},
            optional={
                "target": st.text(min_size=1) | st.lists(st.text(), min_size=1),
                "validation": st.floats(0, 0.999),
                "one_hot": st.booleans(),
            },
        ),
        "model": st.fixed_dictionaries({"layers": st.lists(LAYERS, min_size=1)}),
        "loss": st.sampled_from([{"name": "mse"}, {"name": "huber", "delta": 0.25}]),
        "optimizer": st.fixed_dictionaries(
            {"name": st.sampled_from(["adam", "sgd"])},
            optional={"learning_rate": st.floats(-1e9, 1e9, allow_subnormal=False)},
        ),
    },
    optional={
        "training": st.fixed_dictionaries(
            {}, optional={"epochs": st.integers(1, 9), "shuffle": st.booleans()}
        )
    },
)


@given(EXPERIMENTS)
def test_toml_round_trip_is_exact(tables):
    experiment = Experiment(**tables)
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    assert again.to_dict() == experiment.to_dict()
    assert hash(again) == hash(experiment)


def test_equality_is_of_meaning(tables):
    spelled = Experiment(**Experiment(**tables).to_dict(defaults=True))
    assert spelled == Experiment(**tables)
    assert spelled != Experiment(**tables).replace({"training.seed": 1})
    assert spelled != 3
    assert spelled.fingerprint == Experiment(**tables).fingerprint


def test_python_values_are_made_plain(tables):
    tables["optimizer"]["learning_rate"] = np.float32(0.5)
    tables["training"]["epochs"] = np.int64(3)
    tables["data"]["source"] = Path("a.csv")
    tables["model"]["layers"] = tuple(tables["model"]["layers"])
    experiment = Experiment(**tables)
    assert experiment.optimizer.learning_rate == 0.5
    assert experiment.data.source == "a.csv"


def test_replace(tables):
    experiment = Experiment(**tables)
    new = experiment.replace(
        {"optimizer.learning_rate": 0.5, "model.layers.-1.activation": None}
    )
    assert new.diff(experiment) == {
        "optimizer.learning_rate": (0.5, 0.01),
        "model.layers.1.activation": (None, "softmax"),
    }
    assert experiment.optimizer.learning_rate == 0.01
    assert experiment.replace({}) == experiment
    other = experiment.replace({"optimizer": {"name": "sgd"}})
    assert other.to_dict()["optimizer"] == {"name": "sgd"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"training.epoch": 3}, "Did you mean 'epochs'?"),
        ({"trainin.epochs": 3}, "Did you mean [training]?"),
        ({"optimizer.learning_rate.x": 3}, "which is no table"),
        ({"model.layers.9.units": 3}, "expected a number below 2"),
        ({"data": None}, "needs the table [data]"),
        ({"optimizer": "mse"}, "[optimizer]"),
        ({"optimizer": 3}, "[optimizer]"),
    ],
)
def test_replace_refuses(tables, change, message):
    with pytest.raises(InputError) as caught:
        Experiment(**tables).replace(change)
    assert message in str(caught.value)


def test_value(tables):
    experiment = Experiment(**tables)
    assert experiment.value("training.batch_size") == 16
    assert experiment.value("training.shuffle") is True
    assert experiment.value("training.steps") is None
    assert experiment.value("model.layers.0.units") == 8
    with pytest.raises(InputError, match=r"Did you mean 'batch_size'\?"):
        experiment.value("training.bach_size")


def test_files(tmp_path, tables):
    path = tmp_path / "mine.toml"
    experiment = Experiment(**tables)
    text = experiment.to_toml(path)
    assert path.read_text() == text
    again = Experiment.from_toml(path)
    assert again == experiment
    assert (again.name, again.folder) == ("mine", tmp_path)
    assert os.listdir(tmp_path) == ["mine.toml"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[data\n", "is not TOML: "),
        (b"a = 1\na = 2\n", "line 2"),
        (b"\xff\xfe\n", "is not UTF-8 text"),
        (b"", "An experiment needs"),
        (b"[optimizer]\nname = 'adam'\n", "An experiment needs"),
    ],
)
def test_broken_files(tmp_path, content, message):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        Experiment.from_toml(path)
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_files_that_cannot_be_opened(tmp_path, tables):
    with pytest.raises(InputError, match="There is no experiment file"):
        Experiment.from_toml(tmp_path / "none.toml")
    with pytest.raises(InputError, match="cannot be read"):
        Experiment.from_toml(tmp_path)
    with pytest.raises(InputError, match="Cannot write"):
        Experiment(**tables).to_toml(tmp_path / "no" / "such.toml")


def test_data_paths_follow_the_file(tmp_path, monkeypatch, tables):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    rows = "".join(f"{i},{i % 3}\n" for i in range(30))
    (tmp_path / "a" / "t.csv").write_text("x,y\n" + rows)
    tables["data"] = {"source": "t.csv", "target": "y"}
    monkeypatch.chdir(tmp_path / "a")
    Experiment(**tables).to_toml(tmp_path / "a" / "mine.toml")
    monkeypatch.chdir(tmp_path)
    here = Experiment.from_toml("a/mine.toml")
    assert here.data.source == "t.csv"
    assert len(here.load_data().x) == 24
    here.to_toml("b/copy.toml")
    there = Experiment.from_toml("b/copy.toml")
    assert there.data.source == "../a/t.csv"
    np.testing.assert_array_equal(there.load_data().x, here.load_data().x)
    assert len(here.replace({"data.validation": 0.5}).load_data().x) == 15


def test_load_data_knows_the_loss(tables, tmp_path):
    (tmp_path / "t.csv").write_text("x,y\n1,2\n2,3\n3,4\n4,2\n5,3\n6,4\n")
    tables["data"] = {"source": str(tmp_path / "t.csv"), "target": "y"}
    classes = Experiment(**tables)
    amounts = classes.replace({"loss.name": "mse", "model.layers": [{"units": 1}]})
    assert classes.load_data().task == "multiclass"
    assert amounts.load_data().task == "regression"
    assert amounts.load_data().y.dtype == np.float32
    double = amounts.replace({"training.dtype": "float64"})
    assert double.load_data().x.dtype == np.float64


def test_a_function_has_no_data():
    with pytest.raises(InputError, match="has no data"):
        find("saddle").load_data()


def test_errors_cross_processes():
    error = ExperimentError(["one", "two"], "file.toml")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) == "file.toml: 2 problems:\n  one\n  two"
    assert again.problems == ["one", "two"]


def test_experiments_cross_processes(tables):
    experiment = Experiment(**tables)
    again = pickle.loads(pickle.dumps(experiment))
    assert again == experiment


def test_run_trains_and_repeats_itself(tables):
    experiment = Experiment(**tables)
    first, again = experiment.run(), experiment.run()
    assert first.status == "finished"
    assert len(first.history["loss"]) == 3
    assert first.history["loss"][-1] < first.history["loss"][0]
    assert first.history == again.history
    assert experiment.run(seed=1).history != first.history


def test_run_takes_other_data_and_callbacks(tables):
    seen = []
    run = Experiment(**tables).run(
        data=load("wine", scale="standard"),
        callbacks=[lambda epoch, logs: seen.append(epoch)],
    )
    assert run.status == "finished"
    assert seen == [0, 1, 2]


def test_run_minimizes_a_function():
    run = find("himmelblau").run(record=1)
    assert run.trajectory.shape == (201, 2)
    np.testing.assert_allclose(run.trajectory[0], 0)
    assert run.status == "finished"
