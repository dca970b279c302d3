"""``optlab new``: what is written is valid, whatever is uncommented."""

import re

import pytest

from optlab import Experiment
from optlab.cli.new import DATA_STARTER, FUNCTION_STARTER
from optlab.experiments import shipped

SWITCH = re.compile(r"^#: ", re.MULTILINE)
#: Switches that need data of their own to run; they must be valid all the same.
STARTERS = {"data": DATA_STARTER, "function": FUNCTION_STARTER}


@pytest.mark.parametrize("words", [[], ["--function"]])
def test_starter_runs(optlab, tmp_path, words):
    done = optlab("new", "sub/mine.toml", *words)
    assert (done.status, done.out) == (0, "")
    assert done.err == "Wrote sub/mine.toml. Train it: optlab run sub/mine.toml\n"
    assert optlab("run", "sub/mine.toml", "--steps", 3).status == 0


@pytest.mark.parametrize("kind", sorted(STARTERS))
def test_every_commented_setting_is_valid(kind):
    text = STARTERS[kind].format(file="mine.toml")
    switches = list(SWITCH.finditer(text))
    assert switches
    for switch in switches:
        tried = text[: switch.start()] + text[switch.end() :]
        if "label_smoothing" in tried.splitlines()[text[: switch.start()].count("\n")]:
            tried = tried.replace("sparse_", "")
        if "delta = " in tried.splitlines()[text[: switch.start()].count("\n")]:
            tried = tried.replace("sparse_categorical_crossentropy", "huber")
            tried = tried.replace("from_logits = true", "")
        Experiment.from_toml(tried)


@pytest.mark.parametrize("name", shipped())
def test_copies_a_shipped_experiment(optlab, tmp_path, name):
    assert optlab("new", "mine.toml", "--from", name).status == 0
    assert Experiment.from_toml(tmp_path / "mine.toml") == (
        Experiment.from_toml((tmp_path / "mine.toml").read_text())
    )


def test_overwrites_only_when_forced(optlab, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text("mine")
    done = optlab("new", "mine.toml")
    assert done.status == 2 and "--force overwrites it" in done.err
    assert path.read_text() == "mine"
    assert optlab("new", "mine.toml", "--force", "--json").document == {
        "file": "mine.toml"
    }
    assert path.read_text() != "mine"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mine"], "must end in .toml"),
        (["a.toml", "--from", "digts"], "Did you mean 'digits'?"),
        (["a.toml", "--from", "digits", "--function"], "not both"),
        (["folder.toml"], "is a folder"),
    ],
)
def test_bad_input_writes_nothing(optlab, tmp_path, words, said):
    (tmp_path / "folder.toml").mkdir()
    done = optlab("new", *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ") and said in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["folder.toml"]
