"""``optlab verify`` and ``optlab behaviours`` from the outside."""

import json
import sys

import pytest

from optlab.cli.app import main
from optlab.experiments import find
from optlab.optimizers.registry import OPTIMIZERS
from optlab.validation import runtime


def run_json(capsys, *words):
    status = main([*words, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_one_optimizer(capsys, tmp_path):
    page, picture = tmp_path / "new" / "report.html", tmp_path / "picture.svg"
    words = ["verify", "--only", "lion", "--html", str(page), "--plot", str(picture)]
    status, found = run_json(capsys, *words)
    assert status == 0
    assert found["passed"] is True
    assert {row["mode"] for row in found["results"]} >= {"eager", "xla", "xla model"}
    assert all(row["ulp"] == 0 for row in found["results"] if row["mode"] == "eager")
    assert "<svg" in page.read_text()
    assert "<svg" in picture.read_text()


def test_an_experiment(capsys):
    status, found = run_json(capsys, "verify", "iris", "--steps", "5")
    assert status == 0
    assert [row["dtype"] for row in found["results"]] == ["float64", "float32"]
    assert [len(curve["drift"]) for curve in found["drift"]] == [5, 5]


OWN = """\
import keras, optlab
@optlab.rule
def halved(param, grad, learning_rate=0.01, part=0.5):
    return (param - learning_rate * part * grad,)
class Halved(keras.optimizers.Optimizer):
    def __init__(self, learning_rate=0.01, part=0.5, **options):
        super().__init__(learning_rate=learning_rate, **options)
        self.part = part
    def update_step(self, gradient, variable, rate):
        part = keras.ops.cast(self.part, variable.dtype)
        variable.assign_sub(keras.ops.cast(rate, variable.dtype) * part * gradient)
"""


def test_an_experiment_with_an_optimizer_of_ones_own(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "halving.py").write_text(OWN)
    text = find("iris").to_toml()
    start, end = text.index("[optimizer]"), text.index("[training]")
    text = text[:start] + '[optimizer]\nname = "halved"\n' + text[end:]
    (tmp_path / "own.toml").write_text(text)
    rule = ["--rule", "halving:halved"]
    try:
        words = ["verify", "own.toml", "--steps", "3", "--keras", "halving:Halved"]
        status, found = run_json(capsys, *words, *rule)
        assert status == 0
        assert len(found["drift"]) == 2
        assert main(["diagnose", "own.toml", "--budget", "0.1", *rule]) in (0, 1)
    finally:
        OPTIMIZERS.pop("halved", None)
        OPTIMIZERS.pop("halving:halved", None)


def test_a_failure_is_status_1_and_says_where(capsys, tmp_path):
    (tmp_path / "planted_bug.py").write_text(
        "import keras\n"
        "class Bug(keras.optimizers.SGD):\n"
        "    def update_step(self, gradient, variable, rate):\n"
        "        super().update_step(gradient * 2, variable, rate)\n"
        "def rule(param, grad, learning_rate=0.01):\n"
        "    return (param - learning_rate * grad,)\n"
    )
    path = tmp_path / "planted_bug.py"
    words = ["verify", "--keras", f"{path}:Bug", "--rule", f"{path}:rule"]
    assert main(words) == 1
    out = " ".join(capsys.readouterr().out.split())
    for part in ("Bug, float32, eager, step 1, parameter 0", "index", "expected"):
        assert part in out
    assert "the Keras update is 2 times the rule's" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["verify", "--only", "adamm"], "Did you mean 'adam'"),
        (["verify", "--set", "optimizer.learning_rate=1"], "name its FILE"),
        (["verify", "--keras", "a:B"], "--keras and --rule belong together"),
        (["verify", "digits", "--only", "sgd"], "--only goes with the matrix"),
        (["verify", "--random", "5", "--full"], "--random goes with --only"),
        (["verify", "digitz"], "digits"),
        (["verify", "--plot", "x.pdf"], ".png or .svg"),
        (["verify", "--keras", "nosuch:B", "--rule", "nosuch:r"], "Cannot import"),
        (["behaviours", "adam-epsilon"], "adam-epsilon-hat"),
        (["behaviours", "--subject", "loses"], "losses"),
    ],
)
def test_bad_input_is_status_2_in_one_line(capsys, words, message):
    assert main(words) == 2
    text = capsys.readouterr().err
    assert message in text
    assert text.count("\n") == 1


@pytest.mark.parametrize("words", [["verify"], ["behaviours"], ["verify", "digits"]])
def test_without_tensorflow_one_line_names_the_extra(capsys, monkeypatch, words):
    runtime.load.cache_clear()
    monkeypatch.setattr(runtime, "installed", lambda name: False)
    try:
        assert main(words) == 2
    finally:
        runtime.load.cache_clear()
    text = capsys.readouterr().err
    assert "pip install '.[tensorflow]'" in text
    assert text.count("\n") == 1


def test_behaviours_are_listed_without_measuring(capsys):
    assert main(["behaviours", "--list", "--subject", "losses"]) == 0
    assert "clipped-loss-has-no-gradient" in capsys.readouterr().out


def test_one_behaviour_in_full(capsys):
    status, found = run_json(
        capsys, "behaviours", "adagrad_starts_at_a_tenth", "--no-peers"
    )
    assert status == 0
    (entry,) = found["behaviours"]
    assert entry["status"] == "holds"
    assert entry["program"].startswith("def adagrad_starts_at_a_tenth():")
    assert main(["behaviours", "adagrad-starts-at-a-tenth", "--no-peers"]) == 0
    out = capsys.readouterr().out
    assert "It holds on TensorFlow" in out
    assert "optimizer.apply" in out
