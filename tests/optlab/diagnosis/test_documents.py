"""The catalogue in docs/ is that of the registry, and the benchmark counts rightly."""

import importlib.util
import math
import sys
from pathlib import Path

import pytest

from optlab.diagnosis.causes import CAUSES
from optlab.experiments import Experiment

ROOT = Path(__file__).resolve().parents[3]


def loaded(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def scorer():
    return loaded(ROOT / "benchmarks/diagnosis/scorer.py", "diagnosis_scorer")


def test_catalogue_is_of_today():
    causes = loaded(ROOT / "docs/causes.py", "docs_causes")
    page = (ROOT / "docs/diagnosis.md").read_text("utf-8")
    assert causes.placed(page, "catalogue", causes.catalogue()) == page
    assert all(f"**{name}**" in page for name in CAUSES)


def test_cases_can_be_read(scorer):
    cases = scorer.read_cases(scorer.CASES)
    assert len(cases) == 74
    assert sum(case.healthy for case in cases) == 18
    for case in cases:
        assert case.causes <= set(CAUSES)
        assert bool(case.causes) is not case.healthy
        Experiment.from_toml(case.file)


def result(scorer, causes, named, fixed=None, seconds=1.0):
    case = scorer.LabelledSetup("c", Path("c"), "", not causes, frozenset(causes), 0.5)
    return scorer.Result(case, bool(named), list(named), seconds, 5, fixed)


def test_figures(scorer):
    right, wrong = "opt.lr_too_low", "opt.schedule"
    found = scorer.summary(
        [
            result(scorer, [right], [right], [0.4, 0.6, 0.9], 1.0),
            result(scorer, [right], [wrong, right], [0.4, 0.5, 0.9], 2.0),
            result(scorer, [right], [wrong] * 3 + [right], None, 3.0),
            result(scorer, [right], [], None, 4.0),
            result(scorer, [], [], None, 5.0),
            result(scorer, [], [wrong], None, 60.0),
        ]
    )
    assert found == {
        "faults noticed": 0.75,
        "healthy called healthy": 0.5,
        "first cause correct": 0.25,
        "cause within the first three": 0.5,
        "written fix cures": 0.25,
        "median seconds": 3.5,
        "longest seconds": 60.0,
    }
    reached = scorer.reached(found)
    assert [name for name, good in reached.items() if good] == ["median seconds"]


def test_bars_without_cases_are_reached(scorer):
    found = scorer.summary([result(scorer, [], [])])
    assert math.isnan(found["faults noticed"])
    assert all(scorer.reached(found).values())


def test_a_case_is_judged(scorer):
    (case,) = scorer.read_cases(scorer.CASES, ["case-c87b4d0f"])
    judged = scorer.Result(case, **scorer.judge(case.file, case.healthy, jobs=1))
    assert judged.noticed and judged.first and judged.cured
    assert judged.seconds < 60
