"""Same name, other numbers: what the comparison with torch and optax says."""

import importlib.util
import json
from dataclasses import replace

import pytest

from optlab.cli.app import main
from optlab.optimizers import TABLE
from optlab.validation.frameworks import PAIRS, comparing, markdown
from optlab.validation.frameworks.pair import ROUNDING
from optlab.validation.frameworks.stepping import formula_steps, our_steps


def pair(framework, theirs):
    return next(p for p in PAIRS if (p.framework, p.theirs) == (framework, theirs))


def test_the_pairs_are_ours_and_what_differs_has_a_line():
    for each in PAIRS:
        assert each.ours in TABLE
        assert bool(each.line) == (each.variant is not None)
        assert not each.bug or (each.line and each.program)
        assert set(each.matched) <= {*each.names, "amsgrad"}
        assert bool(each.kept) == (each.allowed > ROUNDING)


def verdict_of(monkeypatch, each, steps):
    monkeypatch.setattr(comparing, "their_steps", steps)
    monkeypatch.setattr(comparing, "_own_defaults", lambda pair: (0.0, ()))
    return comparing.compare(each)


def test_verdicts(monkeypatch):
    each = pair("torch", "RMSprop")
    config = {"name": "rmsprop", "learning_rate": comparing.RATE, **each.matched}

    same = verdict_of(monkeypatch, each, lambda p, a, dtype: our_steps(config, dtype))
    assert (same.verdict, same.explained) == ("same bits", True)

    def nearly(pair, arguments, dtype):
        return our_steps(config, dtype) * (1 + 4e-16)

    near = verdict_of(monkeypatch, each, nearly)
    assert (near.verdict, near.explained) == ("rounding only", True)

    def formula(pair, arguments, dtype):
        return formula_steps(each.variant, each.matched, dtype)

    other = verdict_of(monkeypatch, each, formula)
    assert (other.verdict, other.explained) == ("another formula", True)
    assert each.line in other.evidence and other.float64 > 1e-3
    lost = verdict_of(monkeypatch, replace(each, variant=None, line=""), formula)
    assert not lost.explained and "no variant" in lost.evidence
    text = markdown([same, other, lost], {"torch": "0"}, "2000-01-01")
    assert each.line in text and "Not traced to a line: torch RMSprop" in text


def test_a_framework_that_is_missing_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert main(["verify", "--torch"]) == 2
    said = capsys.readouterr().err.strip()
    assert "torch is not installed: pip install '.[bench]'" in said
    assert len(said.splitlines()) == 1
    assert main(["verify", "--library", "timm"]) == 2
    assert "pip install '.[libraries]'" in capsys.readouterr().err


def test_what_does_not_belong_together_is_refused(capsys):
    for words, told in (
        (["--torch", "--full"], "--only and --json"),
        (["--class", "a:b", "--torch"], "--class goes with --json alone"),
        (["--library", "tim"], "Did you mean 'timm'"),
    ):
        assert main(["verify", *words]) == 2
        assert told in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("framework", ["torch", "optax"])
def test_the_real_ones_are_traced(framework, capsys):
    pytest.importorskip(framework)
    words = ["verify", f"--{framework}", "--json"]
    for name in ("sgd", "adam", "rprop", "adan"):
        words += ["--only", name]
    assert main(words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["passed"]
    verdicts = {row["theirs"]: row["verdict"] for row in found["results"]}
    assert verdicts[{"torch": "Adam", "optax": "adam"}[framework]] == "another formula"
