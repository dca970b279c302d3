"""Comparisons rest on pairs and medians, never on one run."""

import math

import numpy as np
import pytest

from optlab.cases import Findings, Trial
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS
from optlab.cases.findings import listed, number
from optlab.errors import InputError


def trials(key, values):
    made = []
    for seed, value in enumerate(values):
        lost = value is None
        history = {key: [math.nan if lost else value]}
        status = "diverged" if lost else "finished"
        made.append(Trial(seed, status, history, np.empty(0), 1))
    return made


def compared(a, b, figure=FINAL_LOSS, key="loss"):
    found = Findings({"a": trials(key, a), "b": trials(key, b)}, (figure,))
    relation = found.compare(figure, "a", "b")
    assert found.comparisons[0].relation == relation
    return relation


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ([1, 1, 1, 1, 1], [2, 2, 2, 2, 2], "better"),
        ([2, 2, 2, 2, 2], [1, 1, 1, 1, 1], "worse"),
        # Four of five pairs are enough, three are not.
        ([1, 1, 1, 1, 9], [2, 2, 2, 2, 2], "better"),
        ([1, 1, 1, 9, 9], [2, 2, 2, 2, 2], "same"),
        # All pairs agree, but by less than the margin of 5%.
        ([1, 1, 1, 1, 1], [1.04, 1.04, 1.04, 1.04, 1.04], "same"),
        # One run that is far off decides nothing.
        ([1, 1, 1, 1, 1], [1, 1, 1, 1, 1e9], "same"),
        ([1, 1, 1, 1, 1], [None, None, None, None, 1], "better"),
        ([None] * 5, [None] * 5, "same"),
    ],
)
def test_compare(a, b, relation):
    assert compared(a, b) == relation


def test_more_is_better_where_the_figure_says_so():
    a, b = [0.9] * 5, [0.8] * 5
    assert compared(a, b, FINAL_ACCURACY, "val_accuracy") == "better"
    assert compared(b, a, FINAL_ACCURACY, "val_accuracy") == "worse"
    # Its margin is absolute: one point in a hundred.
    assert compared([0.9] * 5, [0.895] * 5, FINAL_ACCURACY, "val_accuracy") == "same"


def test_medians_and_ranges():
    found = Findings({"a": trials("loss", [3, 1, 2, None, 5])}, (FINAL_LOSS,))
    spread = found.spread(FINAL_LOSS, "a")
    assert (spread.median, spread.low, spread.high) == (3, 1, math.inf)
    assert found.diverged("a") == 1
    assert found.to_dict()["variants"]["a"]["loss"]["values"][3] == math.inf
    with pytest.raises(InputError, match="Unknown variant 'b'"):
        found.median(FINAL_LOSS, "b")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (1234.5, "1234"),
        (12345678.0, "1.23e7"),
        (2e-7, "2e-7"),
        (math.inf, "diverged"),
        (None, "diverged"),
        (5.0, "5"),
    ],
)
def test_number(value, text):
    assert number(value) == text


def test_listed():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
