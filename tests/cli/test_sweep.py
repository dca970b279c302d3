"""``optlab sweep``: a row a combination, the best of them, pictures, bad input."""

import pytest

WALK = """\
[function]
name = "booth"
start = [0.0, 0.0]
[optimizer]
name = "sgd"
learning_rate = 0.05
[training]
steps = 40
"""
QUICK = """\
[data]
source = "moons"
options = { n_samples = 60 }
[model]
layers = [{ units = 1 }]
[loss]
name = "binary_crossentropy"
from_logits = true
[optimizer]
name = "sgd"
learning_rate = 0.05
[training]
epochs = 2
"""


@pytest.fixture(autouse=True)
def files(tmp_path):
    (tmp_path / "walk.toml").write_text(WALK)
    (tmp_path / "quick.toml").write_text(QUICK)


def test_table_marks_the_best(optlab):
    done = optlab("sweep", "walk.toml", "--over", "optimizer.learning_rate=.001,.1,1e9")
    assert done.status == 0
    lines = done.out.splitlines()
    assert lines[0].split()[:2] == ["learning_rate", "loss"]
    assert [line.split()[-1] for line in lines[1:4]] == ["finished", "best", "diverged"]
    assert "optimizer.learning_rate=0.1" in lines[4]


def test_json_has_every_run(optlab):
    words = ["--over", "optimizer.learning_rate=0.1:0.4:lin:2"]
    words += ["--over", "training.batch_size=8,16,32", "--seeds", 2, "--json"]
    found = optlab("sweep", "quick.toml", *words).document
    assert found["by"] == "val_loss"
    assert len(found["rows"]) == 6
    for row in found["rows"]:
        assert [run["seed"] for run in row["runs"]] == [0, 1]
        last = [run["metrics"]["val_loss"]["last"] for run in row["runs"]]
        assert (row["low"], row["high"]) == (min(last), max(last))
        assert row["value"] == pytest.approx(sum(last) / 2)
    best = min(found["rows"], key=lambda row: row["value"])
    assert found["best"] == best["settings"]


def test_a_metric_that_is_better_when_higher(optlab):
    words = ["--over", "optimizer.learning_rate=0.0001,1", "--by", "accuracy"]
    found = optlab("sweep", "quick.toml", *words, "--json").document
    values = [row["value"] for row in found["rows"]]
    best = found["rows"][values.index(max(values))]
    assert found["best"] == best["settings"]


def test_set_and_length_hold_for_all_runs(optlab):
    words = ["--over", "optimizer.learning_rate=0.1,0.01", "--epochs", 1]
    words += ["--set", "optimizer.name=adam", "--json"]
    found = optlab("sweep", "quick.toml", *words).document
    assert [row["runs"][0]["epochs"] for row in found["rows"]] == [1, 1]


@pytest.mark.parametrize("name", ["a.png", "a.svg"])
def test_plot(optlab, tmp_path, name):
    words = ["--over", "optimizer.learning_rate=1e-3:10:log:5", "--plot", name]
    assert optlab("sweep", "walk.toml", *words).status == 0
    assert (tmp_path / name).stat().st_size > 5_000


def test_a_sample_is_kept_halved_drawn_and_shown_again(optlab, tmp_path):
    words = ["--over", "optimizer.learning_rate=1e-3:0.1:log", "--sample", 9]
    words += ["--halving", "--out", "a.sqlite", "--plot", "a.png", "--json"]
    done = optlab("sweep", "walk.toml", *words)
    assert done.status == 0 and done.document["counts"] == {"finished": 13}
    shown = optlab("sweep", "a.sqlite")
    assert shown.status == 0 and "of 13 runs" in shown.out.splitlines()[-1]
    assert (tmp_path / "a.png").stat().st_size > 5_000


def test_status_1_where_every_run_diverges(optlab):
    done = optlab("sweep", "walk.toml", "--over", "optimizer.learning_rate=1e9,1e12")
    assert done.status == 1
    assert done.out.count("diverged") == 2


def test_combinations_that_cannot_be_built_are_named(optlab):
    words = ["--over", "model.layers.0.units=1,2", "--json"]
    done = optlab("sweep", "quick.toml", *words)
    assert done.status == 2
    assert done.document["best"] == {"model.layers.0.units": 1}
    assert done.err.startswith("refused: model.layers.0.units=2: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["walk.toml"], "--over"),
        (["walk.toml", "--over", "a.b=1:9999:lin:9999", "--seeds", "9999"], "--yes"),
        (["walk.toml", "--over", "a.b=1", "--list", "a.csv"], "stands instead"),
        (["none.sqlite"], "none.sqlite"),
        (["wlak.toml", "--over", "a.b=1"], "walk.toml"),
        (["walk.toml", "--over", "optimizer.lerning_rate=1,2"], "learning_rate"),
        (["walk.toml", "--over", "optimizer.learning_rate=1:2:log"], "start:stop"),
        (["quick.toml", "--over", "optimizer.learning_rate=1", "--by", "acc"], "acc"),
        (["quick.toml", "--over", "model.layers.0.units=3,2"], "units"),
        (["walk.toml", "--over", "function.name=bth,both"], "booth"),
        (["walk.toml", "--over", "training.steps=5", "--plot", "a.gif"], ".png"),
        (["walk.toml", "--over", "training.steps=5", "--jobs", "0"], "jobs"),
        (["walk.toml", "--over", "training.steps=5", "--seeds", "0"], "seeds"),
    ],
)
def test_bad_input_is_status_2(optlab, words, said):
    done = optlab("sweep", *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines()[-1].startswith("error: ")
    assert said in done.err and "Traceback" not in done.err


def test_a_rate_is_suggested(optlab, tmp_path):
    words = ["--low", 1e-3, "--high", 1, "--rates", 7, "--plot", "r.png"]
    done = optlab("rate", "walk.toml", *words)
    assert done.status == 0 and done.out.startswith("suggested learning rate 0.")
    assert (tmp_path / "r.png").stat().st_size > 5_000
    assert optlab("rate", "walk.toml", "--low", 1e9, "--high", 1e12).status == 1


def test_the_border_is_drawn(optlab, tmp_path):
    words = ["--x", "optimizer.learning_rate=0.01:1:log", "--size", "4x3"]
    words += ["--y", "optimizer.momentum=0:0.9:lin", "--plot", "t.png"]
    done = optlab("trainability", "walk.toml", *words)
    assert done.status == 0 and "of 12 runs converged" in done.out
    assert (tmp_path / "t.png").stat().st_size > 5_000
    words[3] = "4x"
    assert "--size needs" in optlab("trainability", "walk.toml", *words).err


def test_optimizers_are_compared(optlab, tmp_path):
    words = ["--optimizers", "sgd,adam", "--budget", 4, "--seeds", 2, "--jobs", 1]
    words += ["--html", "c.html", "--plot", "c.png"]
    done = optlab("compare", "walk.toml", *words)
    assert done.status == 0 and "each tuned with 4 runs" in done.out.splitlines()[-1]
    assert "<svg" in (tmp_path / "c.html").read_text()
    assert (tmp_path / "c.png").stat().st_size > 5_000
    assert "quadratic" in optlab("compare", "valley/quad").err
