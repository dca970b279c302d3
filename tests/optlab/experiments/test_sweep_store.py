"""A sweep's points in a file: kept as they come, gone on with, never mixed."""

import pytest

from optlab import experiments, sweep
from optlab.errors import InputError
from optlab.experiments import sweep_store, sweep_training, sweeping
from optlab.experiments.sweep_store import SweepStore, read_sweep

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
    train = sweep_training.train
    monkeypatch.setattr(
        sweep_training, "train", lambda *task: trained.append(task) or train(*task)
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


def test_a_full_disk_leaves_the_finished_runs_readable(tmp_path, monkeypatch):
    monkeypatch.setattr(sweep_store, "_EVERY", 0.0)
    path = tmp_path / "points.sqlite"
    store = SweepStore(path, BOOTH)
    store._file.execute("PRAGMA max_page_count = 8")
    rates = {"optimizer.learning_rate": [0.001 * k for k in range(1, 60)]}
    with pytest.raises(InputError, match="full"):
        sweep(BOOTH, rates, store=store, jobs=1)
    store.close()
    kept = read_sweep(path, most=5)
    assert 1 < kept.counts["finished"] < 59
    assert len(kept.rows) == 5
    store = SweepStore(path, BOOTH, resume=True)
    assert len(sweep(BOOTH, rates, store=store, jobs=1).rows) == 59
    store.close()


def test_a_large_sweep_leaves_its_best_rows(tmp_path, monkeypatch):
    whole = sweep(BOOTH, GRID, seeds=2)
    monkeypatch.setattr(sweeping, "IN_MEMORY", 3)
    monkeypatch.setattr(sweeping, "_BEST", 2)
    store = SweepStore(tmp_path / "points.sqlite", BOOTH)
    found = sweep(BOOTH, GRID, seeds=2, store=store)
    store.close()
    assert found.left_out == 4 and found.counts == {"finished": 12}
    best = sorted(whole.rows, key=lambda row: row.value)[:2]
    assert [(r.settings, r.value) for r in found.rows] == [
        (r.settings, r.value) for r in best
    ]
    assert found.grid == whole.grid
    with pytest.raises(InputError, match="no file"):
        read_sweep(tmp_path / "none.sqlite")


def test_what_is_invalid_beyond_those_checked_is_refused(monkeypatch):
    monkeypatch.setattr(sweeping, "CHECKED", 1)
    settings = [{"training.steps": 2}, {"training.steps": -2}]
    found = sweep(BOOTH, settings)
    assert [row.points[0].status for row in found.rows] == ["finished", "refused"]
    assert "steps" in found.rows[1].points[0].message
