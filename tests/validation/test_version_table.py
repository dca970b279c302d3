"""Answers of several versions become one table, gaps and failures included."""

import datetime
import json

import pytest

from optlab.validation.parity import EXACT
from optlab.validation.results import Result
from optlab.validation.version_table import Measured, cell, differing, page, verdict


def answers(tensorflow, **outcomes):
    return {
        "versions": {"tensorflow": tensorflow, "keras": "3.3.3", "numpy": "1.26.4"},
        "behaviours": [
            {"id": name, "says": f"About {name}.", "outcomes": [outcome]}
            for name, outcome in outcomes.items()
        ],
    }


def holds(**figures):
    return {"status": "holds", "measured": figures, "error": ""}


def changed(**figures):
    return {"status": "changed", "measured": figures, "error": ""}


def failed(error):
    return {"status": "failed", "measured": {}, "error": error}


OLD = Measured(
    "2.16",
    answers(
        "2.16.2",
        steady=holds(x=1.0),
        moved=changed(x=2.5),
        young=failed("AttributeError: module 'keras.optimizers' has no 'Muon'"),
    ),
    {"error": "ImportError: no"},
)
NEW = Measured(
    "2.21",
    answers("2.21.0", steady=holds(x=1.0), moved=holds(x=0.5), young=holds(y=[1, 2])),
    {"verdict": "All pass.", "results": [{"passed": True}]},
)
ABSENT = Measured("2.17", {"error": "No matching | distribution"}, {})


def test_only_what_differs_is_a_row():
    rows, steady = differing([OLD, NEW])
    assert steady == 1
    assert [row[0] for row in rows] == ["`moved`", "`young`"]
    assert rows[0][1:] == ["About moved.", "changed: x = 2.5", "holds: x = 0.5"]
    assert rows[1][2].startswith("not there: AttributeError")


def test_version_without_answer_makes_no_difference():
    assert differing([NEW, ABSENT]) == ([], 3)


def test_entry_that_one_version_did_not_list_is_a_row():
    short = Measured("2.18", answers("2.18.1", steady=holds(x=1.0)), {})
    rows, steady = differing([short, NEW])
    assert steady == 1
    assert rows[0][2] == "not measured"


@pytest.mark.parametrize(
    ("outcome", "start"),
    [
        (failed("ImportError: cannot import name 'Muon'"), "not there"),
        (failed("TypeError: f() got an unexpected keyword argument 'a'"), "not there"),
        (failed("ZeroDivisionError: division by zero"), "failed"),
        (None, "not measured"),
    ],
)
def test_cell(outcome, start):
    assert cell(outcome).startswith(start)


def test_verdict_names_the_failures_that_a_real_result_reports():
    results = [
        Result("optimizers", f"adam {i}", "float32", "xla", "", EXACT, error="far off")
        for i in range(7)
    ]
    rows = json.loads(json.dumps([result.as_dict() for result in results]))
    matrix = {"verdict": "7 of 7 fail.", "results": rows}
    text = verdict(Measured("2.20", {}, matrix))
    assert text.startswith("7 of 7 fail. Outside: adam 0 float32 xla, ")
    assert text.endswith("adam 4 float32 xla and 2 more")
    assert verdict(OLD) == "could not run: ImportError: no"
    assert verdict(ABSENT) == "not run"
    assert verdict(NEW) == "All pass."


def test_page():
    text = page([OLD, NEW, ABSENT], datetime.date(2030, 1, 2), "python -m it", "tf>=9")
    assert "`tf>=9`" in text
    assert "2030-01-02" in text
    assert "    python -m it\n" in text
    assert "1 of 3 entries" in text
    assert r"TensorFlow 2.17 could not be measured: No matching | distribution" in text
    heads = next(line for line in text.splitlines() if line.startswith("| behaviour"))
    assert "TensorFlow 2.16.2, Keras 3.3.3, NumPy 1.26.4" in heads
    widths = {line.count("|") for line in text.splitlines() if "`moved`" in line}
    assert widths == {heads.count("|")}
