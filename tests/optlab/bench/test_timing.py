"""Timing takes turns, and repeats as the clock's grain asks for."""

import gc

import pytest

from optlab.bench.timing import LONG, interleave


class Clock:
    """Seconds that pass only when something runs."""

    def __init__(self):
        self.now = 0.0
        self.order = []

    def __call__(self):
        return self.now

    def work(self, name, seconds):
        def run():
            self.now += seconds
            self.order.append(name)

        return run


def test_long_calls_take_turns_one_by_one():
    clock = Clock()
    runs = {name: clock.work(name, 2 * LONG) for name in "ab"}
    timings = interleave(runs, budget=0.0, fewest=3, clock=clock)
    assert "".join(clock.order).startswith("ab")
    assert timings["a"].calls == 1
    assert timings["a"].seconds[0] == pytest.approx(2 * LONG)


def test_the_fewest_rounds_are_made_where_they_are_affordable():
    clock = Clock()
    timings = interleave({"a": clock.work("a", 0.1)}, 0.2, fewest=5, clock=clock)
    assert len(timings["a"].seconds) == 5


def test_short_calls_are_repeated_and_seconds_are_of_one_call():
    clock = Clock()
    timings = interleave({"a": clock.work("a", 1e-6)}, 0.01, clock=clock)
    assert timings["a"].calls > 100
    assert all(abs(s - 1e-6) < 1e-12 for s in timings["a"].seconds)


def test_the_budget_ends_it():
    clock = Clock()
    interleave({"a": clock.work("a", 1.0)}, 2.0, fewest=1, clock=clock)
    assert clock.now < 6.0


def test_garbage_collection_is_put_back():
    interleave({"a": lambda: None}, 0.0, fewest=1)
    assert gc.isenabled()
