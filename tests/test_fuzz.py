"""A small seeded sample of `make fuzz`, and that its judge can find something."""

import importlib
import sys
from pathlib import Path

import pytest

from optlab.errors import InputError

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def fuzz(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    yield importlib.import_module
    for name in [name for name in sys.modules if name.startswith("benchmarks")]:
        del sys.modules[name]


@pytest.mark.parametrize(("part", "cases"), [("calls", 150), ("files", 30)])
def test_a_sample_has_no_findings(fuzz, part, cases):
    one = fuzz("benchmarks.fuzz.children").one
    verdicts = [one(part, number, 2026) for number in range(cases)]
    assert {kind for kind, _ in verdicts} <= {"returned", "refused"}, verdicts


def test_the_judge_tells_findings_from_clear_answers(fuzz):
    module = fuzz("benchmarks.fuzz.judge")

    def raising(error):
        def call():
            raise error

        return call

    kinds = {
        "returned": lambda: 3,
        "refused": raising(InputError("`x` must be 1. Received: x=2")),
        "raw message": raising(InputError("'<=' not supported between str and int")),
        "traceback": raising(TypeError("bug")),
        "wrong acceptance": raising(module.WrongAcceptance("x")),
    }
    for kind, call in kinds.items():
        assert module.judge("call", call).kind == kind
