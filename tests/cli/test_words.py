"""Small things that a command line says: suggestions, brackets, lines, limits."""

import textwrap

import pytest

from optlab.cli import app, output
from optlab.errors import nearest

BROKEN = """\
    # five problems
    [data]
    source = "linear"
    scale = "standart"

    [model]
    layers = [
        { units = 8 },
        { units = "many" },
    ]

    [loss]
    name = "mse"

    [optimizer]
    name = "adam"
    lr = 0.1

    [training]
    epochs = 0
    shuffle = "False"
"""


def test_each_problem_has_its_line(optlab, tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text(textwrap.dedent(BROKEN))
    status, out, err = optlab("run", path)
    assert (status, out) == (2, "")
    head, *lines = err.splitlines()
    assert head == f"error: {path}: 5 problems:"
    assert [line.split(":")[0].strip() for line in lines] == [
        f"line {n}" for n in (4, 9, 17, 20, 21)
    ]
    assert "Did you mean 'learning_rate'?" in lines[2]
    assert "Did you mean false?" in lines[4]


@pytest.mark.parametrize(
    ("name", "meant"),
    [("adma", "adam"), ("amda", "adam"), ("ADAM", "adam"), ("adamx", "adamax")],
)
def test_swapped_letters_are_understood(name, meant):
    assert nearest(name, ["adam", "adamax", "adamw", "nadam", "sgd"]) == meant


def test_short_names_are_understood():
    assert nearest("lr", ["learning_rate", "epsilon"]) == "learning_rate"
    assert nearest("lr", ["epsilon", "rho"]) is None


@pytest.mark.parametrize(
    "words",
    [
        ("schedule", "step_decay", "--steps", "1000000000"),
        ("sweep", "digits", "--over", "optimizer.learning_rate=1:2:lin:1000000000"),
    ],
)
def test_counts_are_bounded(optlab, words):
    status, _, err = optlab(*words)
    assert status == 2 and "internal" not in err


@pytest.mark.parametrize("word", ["x=" + "[" * 5000, "x=" + "{a=" * 5000])
def test_deep_nesting_is_bad_input(optlab, word):
    status, _, err = optlab("explain", "adam", "--set", word)
    assert status == 2 and err.startswith("error: ")


def test_brackets_stay(optlab, capsys):
    assert "[default: out/NAME]" in optlab("run", "--help").out
    assert "<bool>" not in optlab("run", "--help").out
    cells = ["a[b].npz", "[/b]"]
    output.results().print(output.table(["[red]", "x"], [cells], title="[bold]t"))
    shown = capsys.readouterr().out
    assert all(text in shown for text in [*cells, "[red]", "[bold]t"])


def test_one_is_no_plural():
    assert output.counted(1, "epoch") == "1 epoch"
    assert output.counted(2, "epoch") == "2 epochs"


def test_only_an_explicit_rule_imports(optlab, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "open('ran', 'w').close()\n"
    code += "from optlab import SGD\nclass Mine(SGD): pass\n"
    (tmp_path / "evil_rule.py").write_text(code)
    (tmp_path / "e.toml").write_text(
        '[function]\nname = "booth"\n[optimizer]\nname = "evil_rule:Mine"\n'
        "[training]\nsteps = 2\n"
    )
    status, _, err = optlab("run", "e.toml")
    assert status == 2 and "--rule evil_rule:Mine" in err
    assert not (tmp_path / "ran").exists()
    status, _, err = optlab("run", "e.toml", "--rule", "evil_rule:Mine")
    assert (tmp_path / "ran").exists()
    assert "internal" not in err


def test_completion_knows_the_options_of_a_verb(monkeypatch, capsys):
    monkeypatch.setenv("_OPTLAB_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "optlab run --epo")
    monkeypatch.setenv("COMP_CWORD", "2")
    with pytest.raises(SystemExit):
        app.main([])
    assert capsys.readouterr().out.split() == ["--epochs"]


@pytest.mark.parametrize("value", ["False", "no", "0", "maybe", '"true"'])
def test_what_is_no_boolean_is_refused(optlab, value):
    setting = f"optimizer.amsgrad={value}"
    status, _, err = optlab("run", "digits", "--set", setting)
    assert status == 2 and "amsgrad" in err and "internal" not in err
    if value in ("False", "no"):
        assert "Did you mean false?" in err
