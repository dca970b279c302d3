"""Successive halving: few go on, longer; the best is of those that went furthest."""

import pytest

from optlab import experiments
from optlab.errors import InputError
from optlab.experiments.halving import halve, rungs
from optlab.experiments.sweep_store import SweepStore, read_sweep

BOOTH = experiments.find("booth").replace({"training.steps": 45})
RATE = "optimizer.learning_rate"
RATES = [{RATE: rate} for rate in (1e-4, 1e-3, 3e-3, 0.01, 0.02, 0.05, 0.08, 1e9, 1e12)]


def test_a_third_goes_on_three_times_as_long():
    assert rungs(BOOTH, 9) == [(5, 9), (15, 3), (45, 1)]
    assert rungs(BOOTH.replace({"training.steps": 2}), 9) == [(2, 9)]
    found = halve(BOOTH, RATES, jobs=1)
    lengths = [row.settings["training.steps"] for row in found.rows]
    assert lengths == [45] + [15] * 3 + [5] * 9
    assert found.best is found.rows[0]
    short = {row.settings[RATE]: row.value for row in found.rows[4:]}
    went_on = {row.settings[RATE] for row in found.rows[1:4]}
    assert went_on == set(sorted(short, key=lambda r: short[r] or 1e300)[:3])
    assert found.counts == {"finished": 11, "did_not_learn": 2}


def test_a_store_tells_of_the_longest_trainings_first(tmp_path):
    booth = experiments.find("booth").replace({"training.steps": 45})
    grid = [{"optimizer.learning_rate": rate} for rate in (1e-4, 1e-3, 1e-2, 0.3, 3.0)]
    store = SweepStore(tmp_path / "halves.sqlite", booth)
    found = halve(booth, grid, jobs=1, store=store)
    store.close()
    kept = read_sweep(store.path)
    assert kept.best.settings == found.best.settings
    assert kept.best.settings["training.steps"] == 45
    assert kept.finalists == found.finalists


def test_the_length_is_not_for_the_settings():
    with pytest.raises(InputError, match=r"sets training\.steps itself"):
        halve(BOOTH, [{"training.steps": 3}])
