"""``optlab run``: what is left on disk and printed, and every bad input."""

import json
import os
import signal
import subprocess
import sys
import time
import tomllib

import numpy as np
import pytest

from optlab import Experiment, Run
from optlab.experiments import shipped

QUICK = """\
[data]
source = "moons"
options = { n_samples = 80 }
[model]
layers = [{ units = 4, activation = "tanh" }, { units = 1 }]
[loss]
name = "binary_crossentropy"
from_logits = true
[optimizer]
name = "adam"
learning_rate = 0.05
[training]
epochs = 4
batch_size = 16
"""
WALK = """\
[function]
name = "booth"
start = [0.0, 0.0]
[optimizer]
name = "sgd"
learning_rate = 0.05
[training]
steps = 60
"""


@pytest.fixture
def quick(tmp_path):
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


@pytest.fixture
def walk(tmp_path):
    path = tmp_path / "walk.toml"
    path.write_text(WALK)
    return path


def below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_leaves_record_summary_and_experiment(optlab, quick, tmp_path):
    done = optlab("run", quick)
    assert done.status == 0, done.err
    assert below(tmp_path / "out") == [
        "quick",
        "quick/experiment.toml",
        "quick/record.npz",
        "quick/summary.json",
    ]
    folder = tmp_path / "out" / "quick"
    run = Run.load(folder / "record.npz")
    summary = json.loads((folder / "summary.json").read_text())
    assert (run.status, run.epochs, run.steps) == ("finished", 4, 16)
    assert summary["loss"]["last"] == run.history["loss"][-1]
    assert Experiment.from_toml(folder / "experiment.toml") == (
        Experiment.from_toml(quick)
    )


def test_prints_a_table(optlab, quick):
    out = optlab("run", quick).out
    assert "\x1b" not in out
    for word in ("loss", "val_loss", "accuracy", "val_accuracy", "first", "last"):
        assert word in out
    assert "finished: 4 epochs, 16 steps in" in out and "a second" in out
    assert "record: out/quick/record.npz" in out


def test_json_is_one_document(optlab, quick):
    done = optlab("run", quick, "--json", "--seed", 3)
    document = done.document
    assert (document["name"], document["seed"]) == ("quick", 3)
    assert document["status"] == "finished"
    assert len(document["history"]["val_loss"]) == 4
    assert document["loss"]["first"] == document["history"]["loss"][0]
    assert document["files"]["record"] == "out/quick/record.npz"


def test_settings_change_the_run(optlab, quick, tmp_path):
    words = ["--set", "optimizer.name=sgd", "--set", "optimizer.learning_rate=.5"]
    done = optlab("run", quick, *words, "--epochs", 2, "--seed", 7, "--json")
    assert done.document["epochs"] == 2
    with (tmp_path / "out/quick/experiment.toml").open("rb") as file:
        left = tomllib.load(file)
    assert left["optimizer"] == {"name": "sgd", "learning_rate": 0.5}
    assert left["training"]["seed"] == 7


def test_steps_take_the_place_of_epochs(optlab, quick):
    assert optlab("run", quick, "--steps", 5, "--json").document["steps"] == 5


def test_same_seed_same_bits(optlab, quick, tmp_path):
    for name in "ab":
        assert optlab("run", quick, "--out", tmp_path / name).status == 0
    first, second = (Run.load(tmp_path / n / "record.npz") for n in "ab")
    assert first.history == second.history
    for a, b in zip(first.weights(), second.weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_resume_is_the_run_that_went_on(optlab, quick, tmp_path):
    assert optlab("run", quick, "--out", "whole").status == 0
    assert optlab("run", quick, "--out", "part", "--epochs", 1).status == 0
    done = optlab("run", quick, "--out", "rest", "--resume", "part/record.npz")
    assert done.status == 0, done.err
    whole, rest = (Run.load(tmp_path / n / "record.npz") for n in ("whole", "rest"))
    assert rest.history == whole.history
    for a, b in zip(whole.weights(), rest.weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["a.png", "new/a.svg"])
def test_plot_draws_a_training(optlab, quick, tmp_path, name):
    done = optlab("run", quick, "--plot", name)
    assert done.status == 0
    assert f"picture: {name}" in done.out
    assert (tmp_path / name).stat().st_size > 10_000
    assert Run.load(tmp_path / "out/quick/record.npz").trace is not None


def test_walks_down_a_function(optlab, walk, tmp_path):
    done = optlab("run", walk, "--plot", "path.png")
    assert done.status == 0
    assert "f(x)" in done.out and "from the nearest minimum" in done.out
    assert "finished: 60 steps" in done.out
    assert (tmp_path / "path.png").stat().st_size > 10_000
    run = Run.load(tmp_path / "out/walk/record.npz")
    assert run.trajectory.shape == (61, 2)


@pytest.mark.parametrize("file", ["...toml", "..toml", ".toml"])
def test_a_file_without_a_name_writes_below_out(optlab, walk, tmp_path, file):
    walk.rename(tmp_path / file)
    assert optlab("run", file, "--steps", 2).status == 0
    made = {path.parent for path in tmp_path.rglob("record.npz")}
    assert {path.parent for path in made} == {tmp_path / "out"}


def test_function_in_json(optlab, walk):
    document = optlab("run", walk, "--json", "--steps", 200).document
    assert document["steps"] == 200
    np.testing.assert_allclose(document["point"], [1, 3], atol=0.01)
    assert document["distance"] < 0.01


def test_divergence_is_status_1_and_keeps_the_record(optlab, walk, tmp_path):
    done = optlab("run", walk, "--set", "optimizer.learning_rate=1e6", "--json")
    assert done.status == 1
    assert done.document["status"] == "diverged"
    assert done.document["divergence"]["step"] > 0
    assert done.err.startswith("walk diverged: ")
    assert Run.load(tmp_path / "out/walk/record.npz").status == "diverged"


def test_divergence_with_a_picture(optlab, quick):
    words = ["--set", "optimizer.learning_rate=1e38", "--plot", "a.png"]
    done = optlab("run", quick, *words)
    assert done.status == 1
    assert "Traceback" not in done.err


def test_lists_the_shipped_experiments(optlab):
    done = optlab("run", "--list")
    assert done.status == 0
    for name in shipped():
        assert name in done.out
    found = optlab("run", "--list", "--json").document
    assert [entry["name"] for entry in found] == shipped()
    assert all(entry["description"] for entry in found)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "Give an experiment FILE or name"),
        (["digts"], "Did you mean 'digits'?"),
        (["nowhere/x.toml"], "There is no experiment file nowhere/x.toml"),
        (["."], "is a folder"),
        (["quick.toml", "--set", "optimizer.lerning_rate=1"], "learning_rate"),
        (["quick.toml", "--set", "optimizer.learning_rate=fast"], "learning_rate"),
        (["quick.toml", "--set", "optimiser.name=sgd"], "[optimizer]"),
        (["quick.toml", "--set", "optimizer.name=adm"], "adam"),
        (["quick.toml", "--set", "loss.name=mean_sqared_error"], "squared"),
        (["quick.toml", "--set", "training.batch_size=0"], "batch_size"),
        (["quick.toml", "--set", "rate"], "needs table.key=value"),
        (["quick.toml", "--epochs", "0"], "epochs"),
        (["quick.toml", "--epochs", "2", "--steps", "3"], "not both"),
        (["quick.toml", "--plot", "a.jpg"], ".png or .svg"),
        (["quick.toml", "--out", "quick.toml/x"], "--out: cannot write"),
        (["quick.toml", "--resume", "none.npz"], "none.npz"),
        (["quick.toml", "--resume", "quick.toml"], "quick.toml"),
        (["quick.toml", "--record", "0"], "record"),
        (["quick.toml", "--set", "data.source=rows.csv"], "rows.csv"),
        (["walk.toml", "--epochs", "3"], "epochs"),
        (["broken.toml"], "is not TOML"),
        (["nan.toml"], "missing (NaN)"),
    ],
)
def test_bad_input_is_status_2_and_leaves_nothing(
    optlab, quick, walk, tmp_path, words, said
):
    (tmp_path / "broken.toml").write_text("[data\nsource = 1")
    np.savez(tmp_path / "nan.npz", x=np.array([[1.0], [np.nan]]), y=np.array([0, 1]))
    nan = QUICK.replace('"moons"', '"nan.npz"').replace(
        "options = { n_samples = 80 }", ""
    )
    (tmp_path / "nan.toml").write_text(nan)
    before = below(tmp_path)
    done = optlab("run", *words)
    assert (done.status, done.out) == (2, ""), done.err
    assert done.err.startswith("error: ") and "Traceback" not in done.err
    assert said in done.err
    assert below(tmp_path) == before


def test_unwritable_folder_is_refused_before_training(optlab, quick, tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    (tmp_path / "locked").mkdir(mode=0o500)
    done = optlab("run", quick, "--out", "locked")
    assert done.status == 2 and "cannot write in the folder" in done.err


def test_interrupt_keeps_what_was_done(quick, tmp_path):
    command = [sys.executable, "-m", "optlab", "run", quick, "--epochs", "100000000"]
    process = subprocess.Popen(
        [*map(str, command), "--json", "--checkpoint-every", "1"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    under_way = tmp_path / "out/quick/checkpoint.npz"
    while not under_way.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert json.loads(out)["status"] == "interrupted"
    assert Run.load(tmp_path / "out/quick/record.npz").status == "interrupted"


def test_says_what_was_done_to_the_data(optlab, quick, tmp_path):
    rows = ["a,b,label", *(f"{k},{k % 7},{k % 2}" for k in range(40)), ",1,0"]
    (tmp_path / "rows.csv").write_text("\n".join(rows))
    words = ["--set", "data.source=rows.csv", "--set", "data.options=", "--set"]
    words += ["data.target=label", "--set", "data.missing=drop"]
    done = optlab("run", quick, *words)
    assert done.status == 0, done.err
    assert "missing" in done.err


def test_a_warm_run_needs_no_heavy_library(tmp_path):
    code = (
        "import sys; from optlab.cli.app import main; "
        "status = main(['run', 'digits', '--epochs', '1', '--json']); "
        "print(status, *sys.modules, file=sys.stderr)"
    )
    # The first compiles what the cache lacks: of two processes that write the index of
    # one function together, as tests do, the later one wins.
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
        )
    status, *modules = done.stderr.split()
    heavy = {
        "pandas",
        "sklearn",
        "matplotlib",
        "pyarrow",
        "tensorflow",
        "joblib",
        "cloudpickle",
    }
    assert status == "0" and not heavy & set(modules)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("optimizer.learning_rate=0.1", "`optimizer.learning_rate`: 0.05"),
        ("optimizer.beta_1=0.5", "`optimizer.beta_1`: 0.9"),
        ("optimizer.weight_decay=0.1", "`optimizer.weight_decay`: None"),
        ("optimizer.name=adamw", "`optimizer.class_name`: 'Adam'"),
        ("model.layers.0.activation=relu", "activation`: 'tanh'"),
        ("model.layers.0.dropout=0.5", "`model"),
        ("data.validation=0.4", "same data"),
        ("training.batch_size=8", "`batch_size`: 16"),
    ],
)
def test_resume_refuses_another_experiment(optlab, quick, setting, said):
    assert optlab("run", quick, "--epochs", 2).status == 0
    words = ["--resume", "out/quick/record.npz", "--out", "o"]
    done = optlab("run", quick, *words, "--set", setting)
    assert done.status == 2 and said in done.err
    assert optlab("run", quick, *words).status == 0


def test_resume_refuses_another_descent(optlab, walk):
    assert optlab("run", walk, "--steps", 5).status == 0
    words = ["--resume", "out/walk/record.npz", "--out", "o"]
    for setting, said in [
        ("optimizer.momentum=0.5", "`optimizer.momentum`: 0.0"),
        ("optimizer.nesterov=true", "`optimizer.nesterov`: False"),
        ("function.start=[1.0,1.0]", "`start"),
    ]:
        done = optlab("run", walk, *words, "--set", setting)
        assert done.status == 2 and said in done.err, done
    assert optlab("run", walk, *words).status == 0


@pytest.mark.parametrize("every", ["2", "7steps"])
def test_a_killed_run_goes_on_from_its_checkpoint(
    optlab, quick, tmp_path, monkeypatch, every
):
    whole = optlab("run", quick, "--out", "whole", "--json").document
    written = []
    from optlab.training.checkpoint import Checkpoint

    write = Checkpoint.write

    def killed(self, run):
        written.append(write(self, run))
        if len(written) == 2:
            raise RuntimeError("killed")

    monkeypatch.setattr(Checkpoint, "write", killed)
    words = ["run", quick, "--checkpoint-every", every, "--out", "o"]
    assert optlab(*words).status == 2
    assert not (tmp_path / "o/record.npz").exists()
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    done = optlab(*words, "--resume", "o/checkpoint.npz", "--json").document
    assert done["history"] == whole["history"]
    one, two = (Run.load(tmp_path / d / "record.npz") for d in ("whole", "o"))
    assert one.losses.tobytes() == two.losses.tobytes()
    for a, b in zip(one.weights(), two.weights(), strict=True):
        assert a.tobytes() == b.tobytes()
    assert below(tmp_path / "o") == ["experiment.toml", "record.npz", "summary.json"]


@pytest.mark.parametrize("every", ["0", "x", "2 days", "0steps"])
def test_bad_checkpoint_every(optlab, quick, every):
    done = optlab("run", quick, "--checkpoint-every", every)
    assert done.status == 2 and "Received" in done.err


def test_what_got_worse_did_not_learn(optlab):
    done = optlab("run", "quadratic", "--set", "optimizer.learning_rate=0.021")
    assert done.status == 1
    assert "did not learn" in done.out and "1.8e+18" in done.err.replace("1.803", "1.8")


def test_a_rate_far_too_high_did_not_learn(optlab, quick, tmp_path):
    words = ["--set", "optimizer.name=sgd", "--set", "optimizer.learning_rate=30"]
    words += ["--set", "model.layers.0.activation=relu"]
    done = optlab("run", quick, *words, "--json")
    assert done.status == 1 and done.document["did_not_learn"]
    assert "optlab diagnose" in done.err


def test_one_folder_takes_one_run_at_a_time(optlab, walk, tmp_path):
    from optlab.cli import output

    folder = tmp_path / "o"
    with output.alone_in(folder, "--out"):
        done = optlab("run", walk, "--out", folder)
        assert done.status == 2 and "another optlab is writing" in done.err
    assert not folder.exists()
    assert optlab("run", walk, "--out", folder).status == 0
    assert not (folder / ".lock").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["run", "booth", "--steps", "3"],
        ["sweep", "booth", "--over", "training.steps=2,3"],
        ["explain", "adam"],
    ],
)
def test_results_are_printed_before_a_picture_fails(optlab, monkeypatch, words):
    from optlab import InputError, plots

    def full(*arguments, **more):
        raise InputError("No space left on device")

    monkeypatch.setattr(plots, "save", full)
    done = optlab(*words, "--plot", "a.png")
    assert done.status == 2
    assert len(done.out.splitlines()) > 2 and "picture:" not in done.out
    assert done.err == "error: No space left on device\n"
