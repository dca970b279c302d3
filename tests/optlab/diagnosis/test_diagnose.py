"""The whole diagnosis on tiny set-ups: what is named, proved, cured and written."""

import json
import statistics

import numpy as np
import pytest

import optlab
from optlab import Experiment
from optlab.diagnosis import Diagnosis, diagnose, write_fix
from optlab.diagnosis.sampling import affordable, restored, stratified
from optlab.diagnosis.trials import data_of, run_once
from optlab.errors import InputError


def rerun(path, seeds=(5, 6, 7)):
    experiment = Experiment.from_toml(path)
    data = experiment.load_data(strict=False)
    scores = [run_once(experiment, seed, data)[0].value for seed in seeds]
    return statistics.median(scores)


def rates(arrays):
    return {"x": arrays["x"] * [1, 1, 1e5], "x_val": arrays["x_val"] * [1, 1, 1e5]}


def one_nan(arrays):
    x = arrays["x"].copy()
    x[2, 1] = np.nan
    return {"x": x}


def numbered_from_1(arrays):
    return {"y": arrays["y"] + 1, "y_val": arrays["y_val"] + 1}


FAULTY = {
    "opt.lr_negative": ("binary", {"optimizer": {"learning_rate": -0.003}}),
    "opt.lr_too_low": ("binary", {"optimizer": {"learning_rate": 1e-8}}),
    "data.unscaled_inputs": ("binary", {"arrays": rates}),
    "data.nonfinite": ("multiclass", {"arrays": one_nan}),
    "data.label_encoding": ("multiclass", {"arrays": numbered_from_1}),
}


@pytest.mark.parametrize("cause", FAULTY)
def test_names_proves_and_cures(setup, cause, tmp_path):
    task, broken = FAULTY[cause]
    answer = diagnose(setup(task, **broken), jobs=1)
    assert answer.healthy is False
    assert answer.causes[0].cause == cause
    assert answer.causes[0].status == "proved"
    assert answer.score_after > 0.5
    evidence = answer.causes[0].evidence
    assert len(evidence["after"]) == len(evidence["seeds"]) == 3
    written = write_fix(answer, tmp_path / "fix.toml")
    assert rerun(written[0]) > 0.5
    repaired = [path.name for path in written[1:]]
    assert repaired == (["fix.npz"] if "data.source" in answer.fix else [])


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_healthy_is_called_healthy(setup, tmp_path, task):
    seen = []
    answer = diagnose(setup(task), jobs=1, progress=seen.append)
    assert answer.healthy is True
    assert answer.causes == [] and answer.fix == {}
    assert answer.score_before == answer.score_after > 0.7
    assert len(answer.checked) == 51
    assert answer.notes == []
    assert seen == sorted(seen) and seen[-1] == answer.runs
    with pytest.raises(InputError, match="no fix to write: the set-up is healthy"):
        write_fix(answer, tmp_path / "fix.toml")


def test_same_answer_every_time(setup):
    first, second = (
        diagnose(setup(optimizer={"learning_rate": -0.003}), jobs=1).to_dict()
        for _ in range(2)
    )
    assert first.pop("seconds") >= 0 <= second.pop("seconds")
    assert first == second
    document = json.loads(json.dumps(first, allow_nan=False))
    assert document["score_before"] < 0.3 < document["score_after"]
    assert {"cause", "status", "evidence", "fix"} == set(document["causes"][0])
    assert document["fix"] == {"optimizer.learning_rate": 0.003}


def test_is_exported():
    assert optlab.diagnose is diagnose
    assert optlab.Diagnosis is Diagnosis


def test_time_budget(setup):
    endless = setup(training={"epochs": 10_000_000, "batch_size": 1})
    diagnose(endless, jobs=1, budget=0.1)  # compiles what it needs
    answer = diagnose(endless, jobs=1, budget=0.5)
    assert answer.seconds < 2.5
    assert any("cut to" in note for note in answer.notes)


@pytest.mark.parametrize("budget", [0, -1.0, float("nan")])
def test_budget_must_be_positive(setup, budget):
    with pytest.raises(InputError, match=r"`budget` must be above 0. Received"):
        diagnose(setup(), budget=budget)


def test_rows_belong_to_keras(setup):
    with pytest.raises(InputError, match="an experiment has its own data"):
        diagnose(setup(), np.zeros((3, 1)), np.zeros(3))


def test_function_has_no_data():
    with pytest.raises(InputError, match="Received: an analytic function"):
        diagnose("booth")


def test_no_rows(setup):
    empty = setup(arrays=lambda a: {name: a[name][:0] for name in ("x", "y")})
    with pytest.raises(InputError, match="no rows to train on"):
        diagnose(empty)


@pytest.mark.parametrize("name", ["x", "y"])
def test_nothing_finite_is_a_diagnosis(setup, name):
    short = {"epochs": 5, "batch_size": 8}
    broken = setup(arrays=lambda a: {name: a[name] * np.nan}, training=short)
    answer = diagnose(broken, jobs=1, budget=20)
    assert answer.healthy is False
    assert answer.causes[0].cause == "data.nonfinite"
    assert answer.score_before is None


def test_a_sample_is_stratified_and_undone(setup):
    experiment = setup(training={"epochs": 5000, "batch_size": 1})
    many = experiment.replace({"data.source": experiment.data.source})
    notes = []
    sample = affordable(many, 0.5, notes)
    assert len(notes) == 1 and "Trainings were cut" in notes[0]
    cured = sample.replace({"optimizer.learning_rate": 0.5})
    whole = restored(cured, sample, many, notes)
    assert whole.training.epochs == 5000
    assert whole.optimizer.learning_rate == 0.5


def test_large_data_are_sampled(setup):
    def large(arrays):
        return {name: np.tile(arrays[name].T, 20).T for name in ("x", "y")}

    experiment = setup(arrays=large, training={"epochs": 2000, "batch_size": 8})
    notes = []
    sample = affordable(experiment, 1.0, notes)
    assert notes[0].startswith("400 of 1600 training rows")
    data = data_of(sample)
    assert len(data.x) == 400
    assert data.y.mean() == pytest.approx(data_of(experiment).y.mean(), abs=0.01)
    cured = sample.replace({"data.scale": "standard"})
    whole = restored(cured, sample, experiment, notes)
    assert whole.data.source == experiment.data.source
    assert whole.data.scale == "standard"


def test_stratified_keeps_shares():
    y = np.array([0] * 90 + [1] * 10)
    chosen = stratified(y, 20)
    assert len(chosen) == 20 and y[chosen].sum() == 2
    assert (np.diff(chosen) > 0).all()
