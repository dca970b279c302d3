"""A sweep's points in a file: kept as they come, gone on with, never mixed."""

import pytest

from optlab import experiments, sweep
from optlab.errors import InputError
from optlab.experiments import sweeping
from optlab.experiments.sweep_store import SweepStore

BOOTH = experiments.find("booth").replace({"training.steps": 20})
GRID = {"optimizer.learning_rate": [0.01, 0.02, 0.03], "training.steps": [3, 1]}


def test_a_broken_sweep_goes_on_with_what_is_missing(tmp_path, monkeypatch):
    whole = sweep(BOOTH, GRID)
    count = []

    def stop():
        count.append(1)
        if len(count) == 2:
            raise KeyboardInterrupt

    store = SweepStore(tmp_path / "a/points.sqlite", BOOTH)
    assert sweep(BOOTH, GRID, store=store, progress=stop, jobs=1).interrupted
    store.close()
    trained = []
    train = sweeping.train
    monkeypatch.setattr(
        sweeping, "train", lambda *task: trained.append(task) or train(*task)
    )
    store = SweepStore(tmp_path / "a/points.sqlite", BOOTH, resume=True)
    found = sweep(BOOTH, GRID, store=store, jobs=1)
    store.close()
    assert len(trained) == 4
    for one, two in zip(whole.rows, found.rows, strict=True):
        assert (one.settings, one.value) == (two.settings, two.value)
        assert one.points[0].summary["point"] == two.points[0].summary["point"]
        assert one.points[0].directions == two.points[0].directions


def test_what_does_not_belong_there_is_refused(tmp_path):
    path = tmp_path / "points.sqlite"
    store = SweepStore(path, BOOTH)
    sweep(BOOTH, GRID, store=store, jobs=1)
    store.close()
    with pytest.raises(InputError, match="6 points already"):
        SweepStore(path, BOOTH)
    with pytest.raises(InputError, match="another experiment"):
        SweepStore(path, experiments.find("beale"), resume=True)
    path.write_text("no database" * 100)
    with pytest.raises(InputError, match="Cannot use"):
        SweepStore(path, BOOTH)
