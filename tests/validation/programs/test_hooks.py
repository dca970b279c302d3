"""Loops of train_on_batch: their batches are the rows. No Keras is needed."""

import importlib
import importlib.util
import sys

import numpy as np

from optlab.validation.programs import hooks
from optlab.validation.programs.batches import Batches
from optlab.validation.programs.when_imported import WhenImported

X = np.arange(120.0).reshape(60, 2)
Y = np.arange(60) % 2


class Optimizer:
    """An optimizer that counts."""

    def __init__(self, rate=0.1):
        self.rate, self.iterations = rate, 0

    def get_config(self):
        return {"rate": self.rate}

    @classmethod
    def from_config(cls, config):
        return cls(**config)


class Model:
    """A model whose weight is the number of its updates."""

    built = True

    def __init__(self):
        self.weight, self.optimizer = 0.0, Optimizer(0.5)

    def get_weights(self):
        return [self.weight]

    def set_weights(self, weights):
        self.weight = weights[0]

    def train_on_batch(self, x, y=None, sample_weight=None):
        self.weight += 1
        self.optimizer.iterations += 1
        return self.weight

    def fit(self, x=None, y=None):
        raise AssertionError("fit was called")


def watched(monkeypatch, number=1):
    caught = []
    made = hooks.Hooks(__file__, number, caught.append)
    for name in hooks.TRAINING:
        monkeypatch.setattr(Model, name, made._training(Model, name))
    return made, caught


def batch(k):
    return X[20 * k : 20 * k + 20], Y[20 * k : 20 * k + 20]


def test_a_loop_is_captured_at_its_end(monkeypatch):
    made, caught = watched(monkeypatch)
    model, other = Model(), Model()
    for k in range(6):
        assert model.train_on_batch(*batch(k % 3)) == k + 1
        assert other.train_on_batch(*batch(0)) == k + 1  # is not in the way
    assert not caught
    made.ended()
    (found,) = caught
    assert found.model is model and found.call == "train_on_batch"
    np.testing.assert_array_equal(found.arguments["x"], X)
    np.testing.assert_array_equal(found.arguments["y"], Y)
    assert (found.arguments["batch_size"], found.arguments["epochs"]) == (20, 2)
    assert "6 calls" in found.notes[0] and "3 different batches" in found.notes[0]
    # The training is taken back.
    assert model.weight == 0.0
    assert (model.optimizer.rate, model.optimizer.iterations) == (0.5, 0)
    made.ended()
    assert len(caught) == 1


def test_enough_batches_end_a_loop(monkeypatch):
    monkeypatch.setattr(Batches, "MOST_CALLS", 4)
    _, caught = watched(monkeypatch)
    model = Model()
    for k in range(4):
        model.train_on_batch(*batch(k % 3))
    assert not caught
    model.train_on_batch(*batch(0))
    assert caught[0].arguments["epochs"] == 2
    assert any("went on" in note for note in caught[0].notes)


def test_a_fit_after_a_loop_ends_it(monkeypatch):
    _, caught = watched(monkeypatch)
    model = Model()
    model.train_on_batch(*batch(0))
    other = Model()
    try:
        other.fit(X, Y)
    except AssertionError:  # here a capture does not end the process
        pass
    assert [found.model for found in caught] == [model]


def test_who_only_asks_for_a_module_is_not_taken_for_its_import(tmp_path, monkeypatch):
    (tmp_path / "made_for_this_test.py").write_text("value = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    seen = []
    finder = WhenImported("made_for_this_test", lambda m: seen.append(m.value))
    monkeypatch.setattr(sys, "meta_path", [finder, *sys.meta_path])
    assert importlib.util.find_spec("made_for_this_test") is not None  # as tensorflow
    assert seen == []
    importlib.import_module("made_for_this_test")
    assert seen == [3] and finder not in sys.meta_path
