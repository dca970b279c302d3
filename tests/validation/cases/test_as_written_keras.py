"""Which of the articles' programs run on the installed TensorFlow."""

import pytest

from optlab.cases import catalogue
from optlab.validation.cases import run_as_written
from optlab.validation.cases.as_written import failure
from optlab.validation.cases.programs import (
    PROGRAMS,
    normalize_along_rows,
    quartic_descent,
)


def test_every_example_has_programs():
    assert set(PROGRAMS) == {id for id, case in catalogue().items() if case.is_example}


def test_class_weights_do_not_run_as_written():
    runs, failures = run_as_written("003-1")
    assert runs is False
    assert "compute_class_weight" in failures[0]["line"]
    assert failures[0]["error"].startswith("AttributeError")
    assert failures[1]["line"].startswith("model.compile(")
    assert failures[1]["error"].startswith("TypeError")
    assert "class_weight" in failures[1]["error"]


@pytest.mark.parametrize("id", ["000-2", "001-1", "001-3"])
def test_others_run(id):
    assert run_as_written(id) == (True, [])


def test_prose_has_no_code():
    assert run_as_written("prose-capacity") == (None, [])


def test_what_the_programs_measure():
    assert normalize_along_rows()["row_length"] == pytest.approx(1.0, abs=1e-5)
    assert quartic_descent()["end"] == pytest.approx(2 - 2**0.5, abs=1e-5)


def broken():
    rows = [1, 2, 3]
    return rows[5]


def test_the_failing_line_is_named():
    assert failure(broken) == {
        "line": "return rows[5]",
        "error": "IndexError: list index out of range",
    }
