"""A case that takes milliseconds: two rates on a line, one of them diverging."""

import numpy as np
import pytest

from optlab.cases import Case, Variant, Verdict
from optlab.cases.figures import FINAL_LOSS, STEPS
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import regression, table


def rows(seed):
    x = np.random.default_rng(seed).standard_normal((8, 2))
    return table(x, x @ [1.0, 2.0] + 3.0)


def variant(rate):
    sgd = {"name": "sgd", "learning_rate": rate}
    return Variant(regression([{"units": 1}], sgd, epochs=30), rows)


def judge(found):
    if found.compare(FINAL_LOSS, "small", "huge") == "better":
        return Verdict("holds", "The huge one diverges.")
    return Verdict("fails", "It does not.")


@pytest.fixture
def tiny():
    return Case(
        id="prose-tiny",
        articles=("001",),
        title="Small & huge <rates>",
        claim="A huge rate diverges.",
        variants={"small": variant(0.1), "huge": variant(1e9)},
        figures=(FINAL_LOSS, STEPS),
        judge=judge,
        why="Because.",
        panels=(Curves("loss"), Dots(FINAL_LOSS)),
        twin_steps=3,
    )
