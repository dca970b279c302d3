"""The catalogue's entries are well formed, and a changed behaviour is noticed."""

import math

import pytest

from optlab.errors import InputError
from optlab.validation.behaviours import About, Entry, catalogue, find, measure
from optlab.validation.behaviours.catalogue import ENTRIES, behaviour, same

ENTRIES_NOW = catalogue()


@pytest.mark.parametrize("entry", ENTRIES_NOW.values(), ids=lambda entry: entry.id)
def test_entry_is_complete(entry):
    assert entry.says.endswith(".")
    assert len(entry.means) > 40
    assert entry.expected
    compile(entry.source(), entry.id, "exec")
    assert '"""' not in entry.source().partition(":\n")[2][:8]


def test_there_are_entries_of_every_subject():
    subjects = {entry.subject for entry in ENTRIES_NOW.values()}
    assert len(ENTRIES_NOW) >= 40
    assert subjects >= {"optimizers", "losses", "schedules", "training", "rounding"}


@pytest.mark.parametrize(
    ("measured", "expected", "agree"),
    [
        (0.24025, 0.2403, True),
        (0.2410, 0.2403, False),
        (0.0, 0.0, True),
        (1e-9, 0.0, False),
        (math.nan, math.nan, True),
        (0.0, math.nan, False),
        (3, 3, True),
        (3, 4, False),
        (1, True, False),
        (True, True, True),
        ("TypeError", "ValueError", False),
        ([1.0, 2.0], [1.0, 2.0], True),
        ([1.0], [1.0, 2.0], False),
        ([1.0, 2.1], [1.0, 2.0], False),
        (0.3, About(0.27, 0.05), True),
        (0.4, About(0.27, 0.05), False),
    ],
)
def test_same(measured, expected, agree):
    assert same(measured, expected) is agree


def made(program, **expected):
    return Entry("made-up", "tests", program, expected)


def test_a_changed_figure_is_noticed():
    (outcome,) = measure(made(lambda: {"figure": 1.0}, figure=2.0))
    assert (outcome.status, outcome.measured) == ("changed", {"figure": 1.0})


def test_a_figure_that_is_missing_or_new_is_a_change():
    assert measure(made(lambda: {}, figure=1.0))[0].status == "changed"
    both = made(lambda: {"figure": 1.0, "more": 2.0}, figure=1.0)
    assert measure(both)[0].status == "changed"


def test_a_program_that_raises_is_reported_and_not_raised():
    def program():
        raise RuntimeError("no such thing")

    (outcome,) = measure(made(program, figure=1.0))
    assert outcome.status == "failed"
    assert outcome.error == "RuntimeError: no such thing"


def test_a_missing_framework_is_missing():
    entry = made(lambda: {"figure": 1.0}, figure=1.0)
    entry.peer("no_such_framework", figure=1.0)(lambda: {"figure": 1.0})
    assert [o.status for o in measure(entry)] == ["holds", "missing"]


def test_find_names_the_nearest():
    assert find("adam_epsilon_hat") is ENTRIES_NOW["adam-epsilon-hat"]
    with pytest.raises(InputError, match="adam-epsilon-hat"):
        find("adam-epsilon")


def test_two_entries_of_one_name_are_refused():
    def adam_epsilon_hat():
        return {}

    before = dict(ENTRIES)
    with pytest.raises(ValueError, match="Two behaviours"):
        behaviour(figure=1.0)(adam_epsilon_hat)
    assert before == ENTRIES
