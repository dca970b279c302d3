"""``optlab cases``: what it prints, keeps, refuses, and how it ends."""

import json

import numpy as np
import pytest

from optlab.cases import Case, Variant, Verdict, registry
from optlab.cases.figures import FINAL_LOSS
from optlab.cases.panels import Curves
from optlab.cases.settings import regression, table

KEYS = {"id", "article", "claim", "verdict", "condition", "figures"}
KEYS |= {"runs_as_written", "needs", "why", "agreement"}


def rows(seed):
    x = np.random.default_rng(seed).standard_normal((8, 2))
    return table(x, x @ [1.0, 2.0])


def variant(rate):
    sgd = {"name": "sgd", "learning_rate": rate}
    return Variant(regression([{"units": 1}], sgd, epochs=5), rows)


def tiny(id, verdict="holds"):
    return Case(
        id=id,
        articles=("001",),
        title=f"The case {id}",
        claim="A huge rate diverges.",
        variants={"small": variant(0.1), "huge": variant(1e30)},
        figures=(FINAL_LOSS,),
        judge=lambda found: Verdict(verdict, f"Measured with {found.seeds} seeds."),
        why="Because.",
        panels=(Curves("loss"),),
    )


@pytest.fixture
def optlab(optlab, monkeypatch):
    """The command line with a casebook of three small cases."""
    ids = ("001-1", "001-2", "prose-tiny")
    found = {id: tiny(id) for id in ids}
    for module in ("optlab.cases.registry", "optlab.cli.cases"):
        monkeypatch.setattr(f"{module}.catalogue", lambda: found)
    assert registry.catalogue() is found
    return optlab


def test_the_list_has_the_last_verdicts(optlab):
    assert "-" in optlab("cases").out
    optlab("cases", "001-2", "--no-twin")
    lines = optlab("cases").out.splitlines()
    assert [line.split()[:2] for line in lines[1:4]] == [
        ["001-1", "-"],
        ["001-2", "holds"],
        ["prose-tiny", "-"],
    ]
    listed = optlab("cases", "--json").document
    assert [case["verdict"] for case in listed] == [None, "holds", None]


def test_all_as_json(optlab):
    done = optlab("cases", "--all", "--no-twin", "--json")
    assert done.status == 0
    assert [case["id"] for case in done.document] == ["001-1", "001-2", "prose-tiny"]
    for case in done.document:
        assert set(case) == KEYS
        assert case["verdict"] in ("holds", "fails", "depends")
        assert case["runs_as_written"] is None
        variants = case["figures"]["variants"]
        assert variants["small"]["runs"] == 5
        # JSON has no infinity.
        assert variants["huge"] == {
            "runs": 5,
            "diverged": 5,
            "loss": {"median": None, "low": None, "high": None, "values": [None] * 5},
        }


def test_one_case_in_full(optlab, tmp_path):
    done = optlab("cases", "001-1", "--no-twin")
    assert done.status == 0
    for text in ("The case 001-1", "A huge rate diverges.", "The claim holds."):
        assert text in done.out
    assert "all diverged" in done.out
    assert "Measured with 5 seeds." in done.out
    assert (tmp_path / "out/cases/001-1.png").stat().st_size > 5000


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_plot(optlab, tmp_path, suffix):
    picture = tmp_path / f"case.{suffix}"
    assert optlab("cases", "001-1", "--no-twin", "--plot", picture).status == 0
    assert picture.stat().st_size > 5000


def test_unchanged_results_are_taken_again(optlab):
    optlab("cases", "--all", "--no-twin")
    again = optlab("cases", "--all", "--no-twin")
    assert "3 of 3 results taken from out/cases" in again.err
    fresh = optlab("cases", "--all", "--no-twin", "--fresh")
    assert "taken from" not in fresh.err


def test_pages(optlab, tmp_path):
    page, text = tmp_path / "book.html", tmp_path / "book.md"
    done = optlab("cases", "--no-twin", "--html", page, "--markdown", text)
    assert done.status == 0
    assert page.read_text().count("<article ") == 3
    assert page.read_text().count("data:image/svg+xml") == 3
    assert text.read_text().count("\n## ") == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["01-1"], "Unknown case '01-1'. Nearest: 001-1"),
        (["zzz"], "Unknown case 'zzz'. `optlab cases` lists"),
        (["001", "--plot", "x.png"], "--plot draws one case. Received: 2 cases"),
        (["--plot", "x.png"], "--plot draws one case: give its id"),
        (["001-1", "--plot", "x.gif"], "must end in .png or .svg"),
        (["--html", "."], "is a folder"),
    ],
)
def test_bad_input(optlab, words, message):
    done = optlab("cases", *words)
    assert done.status == 2
    assert message in done.err
    assert done.out == ""


def test_an_interrupted_run_keeps_the_finished_cases(optlab, monkeypatch):
    build = Variant.build
    count = []

    def interrupted(self, seed):
        count.append(seed)
        if len(count) > 15:
            raise KeyboardInterrupt
        return build(self, seed)

    monkeypatch.setattr(Variant, "build", interrupted)
    done = optlab("cases", "--all", "--no-twin", "--json")
    assert done.status == 130
    assert "1 of 3 cases finished; their results are kept" in done.err
    assert [case["id"] for case in done.document] == ["001-1"]
    monkeypatch.setattr(Variant, "build", build)
    assert "1 of 3 results taken" in optlab("cases", "--all", "--no-twin").err


def test_without_tensorflow_only_the_twin_is_skipped(optlab, monkeypatch):
    from optlab.validation import runtime

    def missing():
        raise runtime.MissingTensorFlow(runtime.MISSING)

    monkeypatch.setattr(runtime, "load", missing)
    done = optlab("cases", "001-1", "--json")
    assert done.status == 0
    (case,) = done.document
    assert case["verdict"] == "holds"
    assert case["agreement"]["status"] == "skipped"
    assert "TensorFlow is not installed" in case["agreement"]["text"]
    assert case["runs_as_written"] is None


def test_a_twin_that_differs_is_a_failed_check(optlab, monkeypatch, tmp_path):
    def differing(case, outcome):
        outcome.agreement = {"status": "differs", "text": "It differs."}

    monkeypatch.setattr("optlab.cli.cases.add_twin", differing)
    assert optlab("cases", "001-1").status == 1
    kept = json.loads((tmp_path / "out/cases/001-1.json").read_text())
    assert kept["outcome"]["agreement"]["status"] == "differs"
