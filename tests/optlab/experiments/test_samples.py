"""Settings of sweeps: combinations when asked for, samples that fill their ranges."""

import numpy as np
import pytest

from optlab.errors import InputError
from optlab.experiments.samples import (
    SAMPLERS,
    Combinations,
    Condition,
    Range,
    conditioned,
    sample,
)


def test_millions_of_combinations_cost_nothing():
    every = Combinations({"a.x": range(10**6), "a.y": range(10**6)})
    assert len(every) == 10**12
    assert every[10**6 + 3] == {"a.x": 1, "a.y": 3}
    assert [s["a.y"] for s in Combinations({"a.x": [1], "a.y": "pq"}).edges()] == [
        *"ppq"
    ]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_samples_are_uniform_in_the_logarithm_and_repeat_themselves(sampler):
    axes = {"a.rate": Range(1e-4, 1.0, log=True), "a.n": Range(1, 4, whole=True)}
    found = sample(axes, 512, sampler, seed=3)
    assert found == sample(axes, 512, sampler, seed=3)
    assert found != sample(axes, 512, sampler, seed=4)
    rates = np.log10([settings["a.rate"] for settings in found])
    shares = np.histogram(rates, 4, (-4, 0))[0] / 512
    # Sobol's points are balanced; of random ones, 5 standard deviations.
    room = 0.002 if sampler == "sobol" else 5 * np.sqrt(0.25 * 0.75 / 512)
    assert np.abs(shares - 0.25).max() <= room
    counts = np.bincount([settings["a.n"] for settings in found])[1:] / 512
    assert len(counts) == 4 and np.abs(counts - 0.25).max() <= room


def test_what_depends_on_another_setting_is_left_out_where_it_has_no_meaning():
    every = Combinations({"a.name": ["p", "q"], "a.m": [1, 2]})
    found = conditioned(every, {"a.m": Condition("a.name", ("p",))})
    assert found == [
        {"a.name": "p", "a.m": 1},
        {"a.name": "p", "a.m": 2},
        {"a.name": "q"},
    ]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Range(1, 1), "lower end first"),
        (lambda: Range(0, 1, log=True), "positive"),
        (lambda: Range(0, float("inf")), "finite"),
        (lambda: sample({"a.x": [1]}, 4, "sobl"), "sobol"),
        (lambda: sample({"a.x": [1]}, 0), "at least one"),
        (lambda: sample({}, 4), "at least one setting"),
    ],
)
def test_bad_input(make, said):
    with pytest.raises(InputError, match=said):
        make()
