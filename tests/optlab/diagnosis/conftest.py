"""Small made-up set-ups: one that learns, and ways to break it."""

import copy
import functools

import numpy as np
import pytest

from optlab import Experiment
from optlab.diagnosis.causes import CAUSES
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.trials import Outcome, data_of
from optlab.diagnosis.watch import Watch


def rows(task="binary", count=160, seed=0):
    """Return arrays that a small network learns in a second."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 3))
    if task == "regression":
        y = 0.5 * x[:, 0] + np.sin(2 * x[:, 1])
    elif task == "multiclass":
        y = (x[:, 0] > -0.4).astype(int) + (x[:, 0] > 0.4)
    else:
        y = (x[:, 0] * x[:, 1] > 0).astype(int)
    half = count // 2
    return {"x": x[:half], "y": y[:half], "x_val": x[half:], "y_val": y[half:]}


ENDS = {
    "binary": ({"units": 1, "activation": "sigmoid"}, "binary_crossentropy"),
    "multiclass": (
        {"units": 3, "activation": "softmax"},
        "sparse_categorical_crossentropy",
    ),
    "regression": ({"units": 1}, "mean_squared_error"),
}


def healthy_tables(task="binary"):
    output, loss = ENDS[task]
    return {
        "model": {"layers": [{"units": 16, "activation": "relu"}, dict(output)]},
        "loss": {"name": loss},
        "optimizer": {"name": "adam", "learning_rate": 0.003},
        "training": {"epochs": 100, "batch_size": 8},
    }


def made(folder, task="binary", change=None, arrays=None, **tables):
    """Return a set-up with its rows in `folder`, rows and tables changed as asked."""
    found = rows(task)
    if arrays is not None:
        found |= arrays(found)
    tree = healthy_tables(task)
    for name, values in tables.items():
        tree[name] = {**tree.get(name, {}), **values}
    tree = copy.deepcopy(tree)
    if change is not None:
        change(tree)
    path = folder / f"rows{len(list(folder.iterdir()))}.npz"
    np.savez(path, **found)
    data = {"source": str(path)} | tables.get("data", {})
    return Experiment(**{**tree, "data": data})


@pytest.fixture(autouse=True)
def own_folder(monkeypatch, tmp_path):
    """Keep repaired rows in the test's own folder."""
    monkeypatch.setattr("optlab.diagnosis.repairs._FOLDER", tmp_path / "stored")


@pytest.fixture
def setup(tmp_path):
    return functools.partial(made, tmp_path)


@pytest.fixture
def suspected():
    """Return what a cause's test says of a set-up, with what a run would show."""

    def test(cause, experiment, **seen):
        facts = Facts.of(experiment, data_of(experiment))
        status = "diverged" if seen.pop("diverged", False) else "finished"
        score, own = seen.pop("scores", (0.5, None))
        outcome = Outcome(score, status, training_score=own)
        if "refused" in seen:
            outcome = Outcome(None, "refused", seen.pop("refused"))
        return CAUSES[cause].test(facts, Watch(outcome, **seen))

    return test
