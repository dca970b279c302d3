"""``optlab diagnose``: the report, the files, pure JSON, and how it ends."""

import json

import numpy as np
import pytest

from optlab import Experiment

FAULTY = """\
# A rate with the wrong sign.
[data]
source = "rows.npz"
[model]
layers = [{ units = 16, activation = "relu" }, { units = 1, activation = "sigmoid" }]
[loss]
name = "binary_crossentropy"
[optimizer]
name = "adam"
learning_rate = -0.003  # here
[training]
epochs = 100
batch_size = 8
"""


@pytest.fixture
def rows(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 3))
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    arrays = {"x": x[:80], "y": y[:80], "x_val": x[80:], "y_val": y[80:]}
    np.savez(tmp_path / "rows.npz", **arrays)
    return arrays


@pytest.fixture
def faulty(tmp_path, rows):
    path = tmp_path / "faulty.toml"
    path.write_text(FAULTY)
    return path


@pytest.fixture
def healthy(tmp_path, rows):
    path = tmp_path / "healthy.toml"
    path.write_text(FAULTY.replace("-0.003", "0.003"))
    return path


def test_report_of_a_fault(optlab, faulty):
    done = optlab("diagnose", faulty, "--jobs", 1)
    assert done.status == 1
    out = done.out
    assert out.startswith("Faulty, and proved: opt.lr_negative.")
    assert "that is the proof" in " ".join(out.split())
    assert "-learning_rate = -0.003  # here" in out
    assert "+learning_rate = 0.003  # here" in out
    assert "keras.optimizers" not in out  # nothing is printed that was not proved
    assert "proved" in out and "before" in out and "seeds" in out
    assert "[/" not in out  # a table takes its words as they are
    assert "\x1b" not in out


def test_report_of_health(optlab, healthy, tmp_path):
    done = optlab("diagnose", healthy, "--fix", "cured.toml", "--jobs", 1)
    assert done.status == 0
    assert done.out.startswith("Healthy: ")
    assert "What was checked:" in done.out and "unscaled inputs" in done.out
    assert "no fix to write" in done.err
    assert not (tmp_path / "cured.toml").exists()


def test_document_and_files(optlab, faulty, tmp_path):
    done = optlab(
        *("diagnose", faulty, "--jobs", 1, "--json"),
        *("--fix", "new/cured.toml", "--html", "new/report.html"),
        *("--plot", "new/picture.png"),
    )
    document = done.document
    assert done.status == 1
    names = ["new/cured.toml", "new/report.html", "new/picture.png"]
    assert document["files"] == names
    assert document["healthy"] is False
    first = document["causes"][0]
    assert (first["cause"], first["status"]) == ("opt.lr_negative", "proved")
    assert first["fix"] == {"optimizer.learning_rate": 0.003}
    assert first["evidence"]["seeds"] == [0, 1, 2]
    assert document["score_before"] < 0.3 < document["score_after"]
    assert document["seconds"] > 0
    cured = Experiment.from_toml(tmp_path / "new/cured.toml")
    assert cured.optimizer.learning_rate == 0.003
    assert cured.data.source == "../rows.npz"
    assert "# A rate with the wrong sign." in (tmp_path / names[0]).read_text()
    assert (tmp_path / names[1]).read_text().startswith("<!DOCTYPE html>")
    assert (tmp_path / names[2]).stat().st_size > 10_000


@pytest.mark.parametrize("name", ["x", "y"])
def test_nan_is_a_diagnosis(optlab, faulty, rows, tmp_path, name):
    broken = rows[name].astype(float)
    broken[:5] = np.nan
    text = FAULTY.replace("-0.003", "0.003")
    faulty.write_text(text)
    np.savez(tmp_path / "rows.npz", **(rows | {name: broken}))
    done = optlab("diagnose", faulty, "--json", "--jobs", 1)
    assert done.status == 1
    assert done.document["causes"][0]["cause"] == "data.nonfinite"
    assert done.document["causes"][0]["status"] == "proved"


def test_labels_outside_the_classes_are_a_diagnosis(optlab, faulty, rows, tmp_path):
    faulty.write_text(FAULTY.replace("-0.003", "0.003"))
    other = {name: rows[name] * 2 - 1 for name in ("y", "y_val")}
    np.savez(tmp_path / "rows.npz", **(rows | other))
    done = optlab("diagnose", faulty, "--json", "--jobs", 1)
    assert done.status == 1
    assert done.document["causes"][0]["cause"] == "data.label_encoding"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.toml"], "no experiment file nowhere.toml"),
        (["digitz"], "Did you mean 'digits'"),
        (["broken.toml"], "broken.toml is not TOML"),
        (["unknown.toml"], "learnig_rate"),
        (["lost.toml"], "no data file"),
        (["faulty.toml", "--budget", "0"], "`budget` must be above 0"),
        (["faulty.toml", "--fix", "out.json"], "--fix must name a .toml file"),
        (["faulty.toml", "--html", "out.pdf"], "--html must name an .html file"),
        (["faulty.toml", "--plot", "out.gif"], ".png"),
        (["booth"], "an analytic function"),
        (["empty.toml"], "no rows to train on"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_bad_input(optlab, faulty, rows, tmp_path, words, message, as_json):
    (tmp_path / "broken.toml").write_text("[data\n")
    unknown = FAULTY.replace("learning_rate", "learnig_rate")
    (tmp_path / "unknown.toml").write_text(unknown)
    (tmp_path / "lost.toml").write_text(FAULTY.replace("rows.npz", "lost.npz"))
    (tmp_path / "empty.toml").write_text(FAULTY.replace("rows.npz", "empty.npz"))
    np.savez(tmp_path / "empty.npz", x=rows["x"][:0], y=rows["y"][:0])
    done = optlab("diagnose", *words, *(["--json"] if as_json else []))
    assert done.status == 2
    assert done.out == ""
    assert message in done.err
    assert "Traceback" not in done.err


def test_time_left_is_shown_on_a_terminal(monkeypatch):
    from optlab.cli import diagnose, output

    monkeypatch.setenv("TERM", "xterm")
    console = output.Console(force_terminal=True, record=True, width=80)
    monkeypatch.setattr(output, "messages", lambda: console)
    with diagnose._live("some", 30.0) as hook:
        hook(3)
    assert "3 runs, at most" in json.dumps(console.export_text())
