"""The test of learning rates: what it suggests, and how sure it is of that."""

import math

import numpy as np
import pytest

from optlab import experiments
from optlab.errors import InputError
from optlab.experiments.rates import PATH, find_rate, judge
from optlab.experiments.sweep_results import Point, Sweep, row_of

BOOTH = experiments.find("booth").replace({"optimizer.name": "sgd"})


def judged(table):
    """Judge values, a row a rate."""
    rates = np.geomspace(1e-3, 1e3, len(table)).tolist()
    rows = []
    for rate, values in zip(rates, table, strict=True):
        points = tuple(
            Point(
                {PATH: rate},
                seed,
                "finished" if math.isfinite(value) else "diverged",
                {"loss": {"last": value}, "metrics": {}},
            )
            for seed, value in enumerate(values)
        )
        rows.append(row_of({PATH: rate}, points, "loss", False))
    return judge(Sweep({PATH: rates}, "loss", False, tuple(rows)))


def test_a_clear_minimum_is_sure():
    inf = math.inf
    found = judged([[9, 8, 9], [2, 1, 1], [3, 3, 4], [7, 7, 7], [inf] * 3, [inf] * 3])
    assert found.suggestion == found.low == found.high == found.rates[1]
    assert (found.sure, found.diverges) == (1.0, found.rates[4])
    assert not found.at_the_edge


def test_seeds_that_disagree_are_not_sure():
    apart = [[1, 2, 3], [3, 1, 2], [2, 3, 1]]
    found = judged(apart)
    assert found.sure < 0.7 and found.low < found.high
    assert judged([[math.inf] * 2] * 3).suggestion is None


def test_a_quadratic_function():
    # Booth's largest curvature is 18: gradient descent diverges from 2 / 18 on.
    found = find_rate(BOOTH.replace({"optimizer.momentum": 0.0}), 1e-3, 10, 41, jobs=1)
    assert 0.02 < found.suggestion < 2 / 18
    assert found.values.shape == (41, 1)
    with pytest.raises(InputError, match="0 < low < high"):
        find_rate(BOOTH, 1.0, 0.1)
