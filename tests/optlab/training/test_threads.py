"""A run of large products takes the numbers of threads that are quickest now."""

import numba
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

import optlab
from optlab.training.threads import (
    HELD,
    HELD_FIRST,
    TRIAL,
    WINDOW,
    WORTHWHILE,
    Threads,
)


class Count:
    """Numba's number of threads, as if there were four processors."""

    def __init__(self):
        self.threads = 4

    def set(self, threads):
        self.threads = threads


@pytest.fixture
def numbas(monkeypatch):
    count = Count()
    monkeypatch.setattr(numba, "get_num_threads", lambda: count.threads)
    monkeypatch.setattr(numba, "set_num_threads", count.set)
    return count


@pytest.mark.parametrize(
    ("many", "one", "expected", "held"),
    [(1.0, 2.0, 4, HELD), (3.0, 2.0, 1, HELD_FIRST), (2.0, 2.0, 4, HELD)],
)
def test_the_quicker_way_is_kept_and_tried_again(numbas, many, one, expected, held):
    now = 0.0
    used = []
    with Threads(WORTHWHILE, clock=lambda: now) as step:
        for _ in range(2 * TRIAL + held + 1):
            now += many if numbas.threads == 4 else one
            used.append(numbas.threads)
            step()
        assert used[:TRIAL] == [4] * TRIAL
        assert used[TRIAL : 2 * TRIAL] == [1] * TRIAL
        assert used[2 * TRIAL : 2 * TRIAL + held] == [expected] * held
        assert used[-1] == 4
    assert numbas.threads == 4


def test_one_thread_is_held_longer_each_time_it_is_quicker(numbas):
    now = 0.0
    tried = []
    with Threads(WORTHWHILE, clock=lambda: now) as step:
        for number in range(4 * HELD):
            if numbas.threads == 4 and tried[-1:] != [number - 1]:
                tried.append(number)
            elif numbas.threads == 4:
                tried[-1] = number
            now += 3.0 if numbas.threads == 4 else 2.0
            step()
    gaps = np.diff(tried) - 2 * TRIAL
    assert list(gaps[:3]) == [HELD_FIRST, 2 * HELD_FIRST, 4 * HELD_FIRST]
    assert max(gaps) == HELD


def test_a_step_that_stumbles_decides_nothing(numbas):
    now = 0.0
    with Threads(WORTHWHILE, clock=lambda: now) as step:
        for number in range(3 * TRIAL):
            now += 1.0 if numbas.threads == 4 else 2.0
            now += 50.0 if number == 2 else 0.0
            step()
        assert numbas.threads == 4


def test_threads_that_become_slow_are_given_up(numbas):
    now = 0.0
    with Threads(WORTHWHILE, clock=lambda: now) as step:
        for number in range(2 * TRIAL + 2 * WINDOW):
            busy = number >= 2 * TRIAL
            now += (10.0 if busy else 1.0) if numbas.threads == 4 else 2.0
            step()
        assert numbas.threads == 1


def test_the_threads_are_put_back_after_an_error(numbas):
    with pytest.raises(ZeroDivisionError), Threads(WORTHWHILE) as step:
        for _ in range(TRIAL):
            step()
        assert numbas.threads == 1
        raise ZeroDivisionError
    assert numbas.threads == 4


@pytest.mark.parametrize(("products", "threads"), [(WORTHWHILE - 1, 4), (10**9, 1)])
def test_where_there_is_no_choice_nothing_is_counted(numbas, products, threads):
    numbas.threads = threads
    with Threads(products) as step:
        assert step is None
    assert numbas.threads == threads


@pytest.mark.parametrize("units", [256, 2048])
@pytest.mark.parametrize("threads", [1, 2])
def test_the_choice_moves_no_bit(threads, units):
    def trained():
        layers = [optlab.Dense(units, activation="relu"), optlab.Dense(10)]
        model = optlab.Sequential(layers, input_shape=(64,))
        loss = optlab.losses.SparseCategoricalCrossentropy(from_logits=True)
        optlab.fit(model, x, y, loss=loss, optimizer="adam", batch_size=128)
        return model.parameters.flat

    random = np.random.default_rng(0)
    x, y = random.normal(size=(1280, 64)), random.integers(0, 10, 1280)
    with threadpool_limits(threads, "blas"):
        limited = trained()
    np.testing.assert_array_equal(limited, trained())
