"""Comparisons of optimizers: what is tuned, what is said, and when it is noise."""

import json
import math

import numpy as np
import pytest

from optlab import Experiment, plots
from optlab.errors import InputError
from optlab.experiments.comparing import compare
from optlab.experiments.comparison import Comparison, Tuned, _between
from optlab.experiments.comparison_page import to_html
from optlab.experiments.valley import NAMES, valley

BOOTH = Experiment.from_tree(
    {
        "function": {"name": "booth", "start": [0.0, 0.0]},
        "optimizer": {"name": "sgd"},
        "training": {"steps": 30},
    },
    name="booth",
)


def comparison(table, problems=("p",)):
    """Return a comparison of a and b with these ends, a pair of lists a problem."""
    found = {}
    for problem, pair in zip(problems, table, strict=True):
        for name, ends in zip("ab", pair, strict=True):
            ends = np.array(ends, float)
            curves = [np.array([10.0, 5.0, end]) for end in ends]
            found[problem, name] = Tuned(0.1, np.ones(1), np.ones(1), ends, curves)
    by = dict.fromkeys(problems, "loss")
    return Comparison(tuple(problems), ("a", "b"), by, 1, len(ends), found)


def test_what_always_wins_is_better_and_what_ties_is_noise():
    clear = comparison([([1, 1, 2, 2], [3, 4, 5, 6])])
    win = clear.win("a", "b")
    assert (win.probability, win.low, win.high) == (1.0, 1.0, 1.0)
    assert clear.win("b", "a").probability == 0.0
    assert clear.verdict().startswith("a is better than b on p")
    even = comparison([([1, 4, 1, 4], [2, 3, 2, 3])])
    assert even.win("a", "b").is_noise and "is noise" in even.verdict()
    assert comparison([([1, 1], [1, 1])]).win("a", "b").probability == 0.5


def test_the_interval_of_a_win_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(40):
        # b is normal about 0.5: a wins with probability Phi(0.5 / sqrt(2)) = 0.638.
        ends = rng.standard_normal(30), rng.standard_normal(30) + 0.5
        win = comparison([ends]).win("a", "b")
        held += win.low <= 0.638 <= win.high
    assert held >= 33  # of a binomial of 40 and 0.95 all but 1 in 1,000


def test_ranks_profiles_and_divergence():
    inf = float("inf")
    found = comparison([([1, 1], [2, 2]), ([inf, inf], [1, 1])], ("p", "q"))
    assert found.ranks().tolist() == [[1, 2], [2, 1]]
    at, share = found.profile("b")
    # The targets are 1.9: 90 % of the way from 10 to 1; on p b stays at 2.
    assert share[-1] == 0.5 and share[at < 0.99].max() == 0
    assert found.profile("a")[1][-1] == 0.5


def test_a_small_comparison(tmp_path):
    calls = []
    found = compare(
        [BOOTH],
        ["sgd", "adam"],
        budget=6,
        seeds=3,
        schedules=["constant", "cosine"],
        jobs=1,
        progress=lambda: calls.append(1),
    )
    assert found.competitors == (
        "sgd constant",
        "sgd cosine",
        "adam constant",
        "adam cosine",
    )
    assert len(calls) == 4 * (6 + 3)
    sgd = found.found["booth", "sgd constant"]
    assert sgd.rate == sgd.tried[np.argmin(sgd.tuning)]
    again = BOOTH.replace({"optimizer.learning_rate": sgd.rate}).run()
    assert again.history["loss"][-1] == sgd.tuning.min()
    assert len(set(sgd.ends)) == 3  # from starts of their own
    page = to_html(found)
    assert page.count("<svg") == 3 and found.verdict().split(",")[0] in page
    assert json.loads(json.dumps(found.to_dict()))["budget"] == 6
    plots.save(plots.plot_sensitivity(found), tmp_path / "a.png")
    assert (tmp_path / "a.png").stat().st_size > 5_000


def test_the_valley_can_be_built():
    assert tuple(each.name for each in valley()) == NAMES and len(NAMES) == 8
    for each in valley():
        if each.name in ("rosenbrock", "spirals", "noisy-regression"):
            each.build()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([], ["sgd"]), "at least one problem"),
        (([BOOTH], []), "optimizers, each once"),
        (([BOOTH], ["sgd", "sgd"]), "each once"),
        (([BOOTH, BOOTH], ["sgd"]), "different names"),
        (([BOOTH], ["sdg"]), "sgd"),
    ],
)
def test_bad_input(arguments, said):
    with pytest.raises(InputError, match=said):
        compare(*arguments)
    with pytest.raises(InputError, match="cosine"):
        compare([BOOTH], ["sgd"], schedules=["cosin"])


@pytest.mark.parametrize(
    "ends", [(1.0, 4.0), (3.0, 1.0, 2.0, 9.0), (5.0, 2.0, 8.0), (1.0,)]
)
def test_quartiles_are_those_of_numpy(ends):
    ordered = sorted(ends)
    for share in (0.25, 0.5, 0.75):
        assert _between(ordered, share) == pytest.approx(np.quantile(ends, share))
    assert _between([1.0, math.inf, math.inf], 0.5) == math.inf
    assert _between([1.0, 2.0, math.inf], 0.5) == 2.0
