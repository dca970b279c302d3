"""Arguments of `fit` are refused before weights change; ignored rows do not count."""

import numpy as np
import pytest

import optlab
from optlab.errors import InputError

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(6, 2)
Y = np.array([0, 1, 2, 0, 1, 2])


@pytest.fixture
def model():
    return optlab.Sequential([optlab.Dense(3)], input_shape=(2,))


def fit(model, x=X, y=Y, **arguments):
    loss = optlab.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=9)
    return optlab.fit(model, x, y, loss=loss, optimizer="sgd", **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"progress": 3}, "`progress` must be a function"),
        ({"progress": lambda: None}, "`progress` must be a function"),
        ({"metrics": lambda y: 0.0}, "must take \\(y_true, y_pred\\)"),
        ({"metrics": object}, "must take \\(y_true, y_pred\\)"),
        ({"metrics": np.array(0.5)}, "A metric must be"),
        ({"callbacks": lambda epoch: None}, "a function of \\(epoch, logs\\)"),
        ({"callbacks": np.array(0.5)}, "A callback must be"),
        (
            {"validation_data": (X, Y), "validation_split": np.ones(2)},
            "`validation_split` must be in",
        ),
        ({"shuffle": "False"}, "`shuffle` must be true or false"),
        ({"plain": 1}, "`plain` must be"),
        ({"check_finite": "no"}, "`check_finite` must be"),
        ({"strict": None}, "`strict` must be"),
        ({"resume": "run.npz"}, "`resume` must be a Run"),
        ({"metrics": 3}, "A metric must be"),
        ({"x": np.ma.masked_array(X)}, "`x` must be a plain array"),
        ({"x": X.view(np.matrix)}, "`x` must be a plain array"),
        ({"y": np.ma.masked_array(Y)}, "`y"),
        ({"sample_weight": np.ma.masked_array(np.ones(6))}, "`sample_weight` must be"),
    ],
)
def test_refused_before_anything_changes(model, arguments, message):
    before = model.parameters.flat.copy()
    with pytest.raises(InputError, match=message):
        fit(model, **arguments)
    assert np.array_equal(model.parameters.flat, before)


def test_no_metrics(model):
    assert list(fit(model, metrics=None).history) == ["loss"]


@pytest.mark.parametrize("metric", ["accuracy", "balanced_accuracy"])
def test_ignored_rows_do_not_count(model, metric):
    labels = np.where(np.arange(6) < 3, 9, Y)
    loss = optlab.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=9)
    found = optlab.evaluate(model, X, labels, loss, [metric])
    kept = optlab.evaluate(model, X[3:], Y[3:], loss, [metric])
    assert found == kept
    run = fit(
        model, y=labels, metrics=[metric], batch_size=6, validation_data=(X, labels)
    )
    assert run.history[metric] == [kept[metric]]
    assert f"val_{metric}" in run.history
