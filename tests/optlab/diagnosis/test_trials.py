"""What counts as the outcome of a trial, and what does not."""

import time

import numpy as np
import pytest

from optlab import experiments
from optlab.diagnosis import diagnose, trials
from optlab.diagnosis.engine import OptlabEngine
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.reference import references
from optlab.diagnosis.sampling import affordable
from optlab.diagnosis.trials import Trials, data_of, run_once, run_variant
from optlab.experiments.cost import cost_of, seconds_of

IRIS = experiments.find("iris").replace({"training.epochs": 3})


@pytest.mark.parametrize("kind", [TypeError, ValueError, AttributeError])
def test_a_bug_looks_like_a_bug(monkeypatch, kind):
    def broken(*arguments, **more):
        raise kind("a bug")

    monkeypatch.setattr("optlab.training.fit", broken)
    with pytest.raises(kind, match="a bug"):
        run_once(IRIS, 0, data_of(IRIS))


def test_an_interrupted_trial_is_no_evidence(monkeypatch):
    def interrupted(*arguments, **more):
        run = fit(*arguments, **more)
        run.status = "interrupted"
        return run

    from optlab.training import fit

    monkeypatch.setattr("optlab.training.fit", interrupted)
    kept = Trials()
    with pytest.raises(KeyboardInterrupt):
        kept.outcome(IRIS, 0)
    assert not kept.outcomes


def test_processes_change_no_outcome(monkeypatch):
    monkeypatch.setattr(trials, "PAYS", -1.0)
    tasks = [(IRIS, seed) for seed in (0, 1)]
    alone, shared = Trials(jobs=1), Trials(jobs=2)
    alone.run(tasks)
    shared.run(tasks)
    found = [
        {key: (o.score, o.losses) for key, o in trials.outcomes.items()}
        for trials in (alone, shared)
    ]
    assert len(found[0]) == 2 and found[0] == found[1]


def pictures(tmp_path, size, rows=600, **training):
    """Return an experiment with two convolutions; the first row of a picture tells."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, size, size, 3)).astype("float32"), np.arange(rows) % 2
    x[:, 0] += y[:, None, None]
    path = tmp_path / "pictures.npz"
    np.savez(path, x=x, y=y)
    filters = {"class": "Conv2D", "filters": 32, "kernel_size": 5, "padding": "same"}
    layers = [filters, filters, {"class": "Flatten"}, {"units": 1}]
    tables = {
        "data": {"source": str(path), "validation": 0.2},
        "model": {"layers": [*layers[:3], layers[3] | {"activation": "sigmoid"}]},
        "loss": {"name": "binary_crossentropy"},
        "optimizer": {"name": "sgd"},
        "training": training,
    }
    return experiments.Experiment.from_tree(tables)


def test_a_long_epoch_ends_with_the_time(tmp_path):
    experiment = pictures(tmp_path, 64, epochs=3)
    began = time.time()
    outcome = run_variant(experiment, 0, began + 0.5)
    assert outcome.status == "stopped_early" and outcome.steps < 15
    assert time.time() - began < 20  # the kernels are compiled as well


def test_long_trainings_are_timed_by_a_few_steps(tmp_path, monkeypatch):
    experiment = pictures(tmp_path, 48, epochs=4)
    estimate = seconds_of(experiment.build(strict=False))
    engine = OptlabEngine()
    taken = engine.seconds(experiment)
    assert estimate > 5 and 0.05 < taken < 3 * estimate
    assert engine.pace == pytest.approx(taken / estimate)
    half = engine.within(experiment, taken / 2)
    assert half.training.epochs == 2
    monkeypatch.setattr("optlab.diagnosis.engine.run_once", None)
    assert OptlabEngine().seconds(experiments.find("iris")) < 1


def test_few_rows_are_scored_where_a_row_takes_long(tmp_path):
    model = pictures(tmp_path, 64, epochs=1).build(strict=False).model
    every = trials._spread(10_000, 10_000, model)
    assert len(range(10_000)[every]) < 600
    small = experiments.find("iris").build().model
    assert trials._spread(10_000, 10_000, small) == slice(None, None, 1)
    assert trials._spread(10_000, 2_000, small) == slice(None, None, 5)
    assert len(range(401)[trials._spread(401, 200, small)]) == 134


def test_steps_are_cut_where_fewer_rows_would_not_help(tmp_path):
    notes = []
    cut = affordable(pictures(tmp_path, 64, steps=9000), 200.0, notes)
    assert len(data_of(cut).x) == 480 and cut.training.steps < 900
    assert notes == [
        f"Trainings were cut to {cut.training.steps} of 9000 steps, to fit the time "
        "budget."
    ]


def test_a_reference_fits_the_time(tmp_path):
    engine, experiment = OptlabEngine(), pictures(tmp_path, 8, epochs=20)
    whole = engine.seconds(experiment)
    impossible = experiment.replace({"model.layers.0.padding": "valid"})
    impossible = impossible.replace({"model.layers.0.kernel_size": 9})
    assert engine.within(impossible, 1e-9) == impossible
    part = engine.within(experiment, whole / 4)
    assert part.training.epochs == 5
    assert engine.within(experiment, whole * 2) == experiment


def test_what_is_far_too_large_is_not_even_timed(tmp_path, monkeypatch):
    monkeypatch.setattr("optlab.diagnosis.engine.run_once", None)
    large, engine = pictures(tmp_path, 64, epochs=2), OptlabEngine(budget=0.05)
    assert engine.seconds(large) == 0
    assert engine.refused(large).status == "too_large"


def test_what_is_too_large_for_the_budget_is_not_run(tmp_path):
    large = pictures(tmp_path, 64, epochs=2)
    began = time.time()
    answer = diagnose(large, budget=3.0, jobs=1)
    assert time.time() - began < 20  # the kernels are compiled, and a step is timed
    assert answer.verdict == "undecided"
    assert any("too large for the budget of 3 s" in note for note in answer.notes)
    assert not any("cut" in note for note in answer.notes)


@pytest.mark.parametrize("name", ["iris", "digits", "digits-conv", "adding"])
def test_the_cost_is_known_without_weights(name, monkeypatch):
    experiment = experiments.find(name)
    data = experiment.load_data()
    built = experiment.build(data)
    monkeypatch.setattr("optlab.model.Sequential.__init__", None)
    found = cost_of(experiment, data)
    assert found.steps == built.steps
    assert found.seconds == pytest.approx(seconds_of(built))


def test_every_reference_of_small_pictures_can_be_built(tmp_path):
    experiment = pictures(tmp_path, 8, epochs=1)
    facts = Facts.of(experiment, data_of(experiment))
    edits = references(facts, {})
    assert len(edits) > 2
    for edit in edits:
        experiment.with_tree(edit(experiment.to_dict())).build(data_of(experiment))
