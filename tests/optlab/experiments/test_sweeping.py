"""Sweeps: combinations, seeds, what counts as best, and worker processes."""

import numpy as np
import pytest

from optlab import Experiment, rule, sweep
from optlab.errors import InputError

BOOTH = Experiment(
    function={"name": "booth", "start": [0.0, 0.0]},
    optimizer={"name": "sgd", "learning_rate": 0.05},
    training={"steps": 30},
)
MOONS = Experiment(
    data={"source": "moons", "options": {"n_samples": 60}},
    model={"layers": [{"units": 1}]},
    loss={"name": "binary_crossentropy", "from_logits": True},
    optimizer={"name": "sgd", "learning_rate": 0.1},
    training={"epochs": 2, "seed": 5},
)
RATE = "optimizer.learning_rate"


def test_rows_are_all_combinations_in_order():
    found = sweep(BOOTH, {RATE: [0.1, 0.01], "training.steps": [1, 2, 3]})
    settings = [tuple(row.settings.values()) for row in found.rows]
    assert settings == [(r, n) for r in (0.1, 0.01) for n in (1, 2, 3)]
    assert [row.points[0].summary["steps"] for row in found.rows] == [1, 2, 3] * 2


def test_point_is_the_run_of_the_changed_experiment():
    found = sweep(MOONS, {RATE: [0.3]}, seeds=[2, 9])
    for point, seed in zip(found.rows[0].points, (2, 9), strict=True):
        run = MOONS.replace({RATE: 0.3}).run(seed=seed)
        assert point.last("val_loss") == run.history["val_loss"][-1]


def test_seeds_count_from_the_experiments_own():
    found = sweep(MOONS, {RATE: [0.3]}, seeds=2)
    assert [point.seed for point in found.rows[0].points] == [5, 6]


@pytest.mark.parametrize(
    ("by", "pick"), [("loss", min), ("val_loss", min), ("accuracy", max)]
)
def test_best_follows_the_figures_direction(by, pick):
    found = sweep(MOONS, {RATE: [1e-4, 0.1, 3.0]}, by=by)
    values = [row.value for row in found.rows]
    assert found.best.value == pick(values)
    assert found.maximize == (pick is max)


def test_a_diverged_run_is_worst_of_all():
    found = sweep(BOOTH, {RATE: [0.05, 1e12]})
    assert [row.count("diverged") for row in found.rows] == [0, 1]
    assert (found.rows[1].value, found.rows[1].high) == (None, None)
    assert found.best is found.rows[0]
    assert "became" in found.rows[1].points[0].message


def test_refused_combinations_keep_the_others():
    found = sweep(MOONS, {"model.layers.0.units": [1, 2]})
    assert [row.points[0].status for row in found.rows] == ["finished", "refused"]
    assert "units" in found.rows[1].points[0].message


def test_worker_processes_change_no_result():
    grid = {RATE: [0.1, 0.3], "training.batch_size": [8, 16]}
    alone, shared = (sweep(MOONS, grid, jobs=jobs) for jobs in (1, 2))
    assert [r.value for r in alone.rows] == [r.value for r in shared.rows]
    assert [r.settings for r in alone.rows] == [r.settings for r in shared.rows]


def test_progress_is_called_after_each_run():
    calls = []
    sweep(BOOTH, {RATE: [0.1, 0.2]}, progress=lambda: calls.append(1))
    assert len(calls) == 2


def test_interrupt_keeps_the_finished_runs():
    def stop():
        raise KeyboardInterrupt

    found = sweep(BOOTH, {RATE: [0.1, 0.2, 0.3]}, progress=stop)
    assert found.interrupted and len(found.rows) == 1


@pytest.mark.parametrize(
    ("grid", "arguments", "said"),
    [
        ({}, {}, "at least one value"),
        ({RATE: []}, {}, "at least one value"),
        ({RATE: [-1.0, "fast"]}, {}, "learning_rate"),
        ({"optimizer.lr": [1.0]}, {}, "lr"),
        ({RATE: [0.1]}, {"seeds": 0}, "`seeds` must be a number of at least 1"),
        ({RATE: [0.1]}, {"jobs": 0}, "`jobs` must be at least 1"),
        ({RATE: [0.1]}, {"by": "acuracy"}, "Unknown figure"),
        ({"training.seed": [1, 2]}, {}, "cannot be swept"),
    ],
)
def test_bad_input(grid, arguments, said):
    with pytest.raises(InputError, match=said):
        sweep(BOOTH, grid, **arguments)


@pytest.fixture
def signum_of_a_test():
    @rule(slots=["momentum"])
    def signum_of_a_test(param, grad, m, learning_rate=0.01, beta=0.9):
        m = beta * m + grad
        return param - learning_rate * np.sign(m), m

    return signum_of_a_test


@pytest.mark.usefixtures("signum_of_a_test")
def test_a_rule_of_the_users_own_works_in_workers():
    mine = BOOTH.replace({"optimizer.name": "signum_of_a_test"})
    grid = {RATE: [0.1, 0.3]}
    alone, shared = (sweep(mine, grid, jobs=jobs) for jobs in (1, 2))
    assert [row.count("finished") for row in shared.rows] == [1, 1]
    assert [r.value for r in alone.rows] == [r.value for r in shared.rows]


@pytest.mark.parametrize("kind", [TypeError, ValueError, AttributeError])
def test_a_bug_looks_like_a_bug(monkeypatch, kind):
    def broken(self, **arguments):
        raise kind("a bug")

    monkeypatch.setattr(Experiment, "run", broken)
    with pytest.raises(kind, match="a bug"):
        sweep(BOOTH, {RATE: [0.1, 0.2]}, jobs=1)


def test_a_point_that_did_not_learn_says_so():
    found = sweep(BOOTH, {RATE: [0.05, 0.25]})
    assert [row.points[0].status for row in found.rows] == ["finished", "did_not_learn"]
    assert "at the start" in found.rows[1].points[0].message
