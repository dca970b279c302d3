"""Models in which layers name their inputs: sums, concatenations, skip connections."""

import copy
import pickle

import numpy as np
import pytest

import optlab
from optlab import Dense, Dropout, InputError, Sequential
from optlab.layers import Add, Concatenate, Flatten, Reshape

RNG = np.random.default_rng(0)
X = RNG.standard_normal((6, 4))


def layers():
    return [
        Dense(5, activation="tanh", name="a"),
        Dense(5, activation="relu", name="b").after("input"),
        Add(name="sum").after("a", "b", "a"),
        Dense(3, name="c", kernel_regularizer="l2"),
        Concatenate(name="side").after("c", "sum", "input"),
        Dropout(0.3),
        Dense(2, activation="softmax"),
    ]


def model(**options):
    return Sequential(layers(), input_shape=(4,), dtype="float64", **options)


def by_hand(net, x):
    w = dict(net.weights)
    a = np.tanh(x @ w["a/kernel"] + w["a/bias"])
    b = np.maximum(x @ w["b/kernel"] + w["b/bias"], 0)
    total = a + b + a
    c = total @ w["c/kernel"] + w["c/bias"]
    z = np.concatenate([c, total, x], 1) @ w["dense/kernel"] + w["dense/bias"]
    exp = np.exp(z - z.max(1, keepdims=True))
    return exp / exp.sum(1, keepdims=True)


def test_forward_is_what_the_names_say():
    net = model()
    np.testing.assert_allclose(net.predict(X), by_hand(net, X), rtol=1e-12)


@pytest.mark.parametrize("from_logits", [False, True])
def test_gradients_against_central_differences(from_logits):
    net = model()
    net.layers[5].rate = 0.0
    weight = RNG.standard_normal((6, 2))

    def value():
        out = net.forward(X, training=False)
        return float((weight * (net.logits if from_logits else out)).sum())

    value()
    given = net.backward(weight.copy(), from_logits, input_gradient=True).copy()
    found = net.gradients.flat.copy()
    flat, step = net.parameters.flat, 1e-6
    for k in range(0, flat.size, 7):
        ends = []
        for sign in (1, -1):
            flat[k] += sign * step
            ends.append(value() + net.penalty())
            flat[k] -= sign * step
        assert found[k] == pytest.approx((ends[0] - ends[1]) / 2 / step, abs=1e-7)
    shifted = X.copy()
    shifted[2, 1] += step
    net.forward(shifted)
    up = float((weight * (net.logits if from_logits else net.forward(shifted))).sum())
    assert given[2, 1] == pytest.approx((up - value()) / step, abs=1e-4)


def test_frozen_layers_below_are_not_visited():
    net = model()
    full = _gradients(net)
    net.get_layer("a").trainable = False
    net.get_layer("b").trainable = False
    kept = _gradients(net)
    assert "a/kernel" not in kept
    for name in kept:
        np.testing.assert_array_equal(kept[name], full[name])


def _gradients(net):
    net.forward(X)
    net.backward(np.ones((6, 2)) * [1.0, -2.0])
    return {name: net.gradients[name].copy() for name in net.gradients.names}


def test_copies_and_configurations():
    net = model(seed=3)
    for other in (
        net.copy(),
        copy.deepcopy(net),
        pickle.loads(pickle.dumps(net)),
        Sequential.from_config(net.get_config()),
    ):
        assert other.sources == net.sources
        assert [name for name, _ in other.weights] == [name for name, _ in net.weights]
        np.testing.assert_array_equal(other.predict(X), net.predict(X))
    assert "Concatenate" in net.summary()


def test_fit_learns_and_resumes():
    y = (X[:, 0] > 0).astype(int)
    arguments = {
        "loss": "sparse_categorical_crossentropy",
        "optimizer": "adam",
        "batch_size": 4,
    }
    whole = optlab.fit(model(), X, y, epochs=30, **arguments)
    assert whole.history["loss"][-1] < whole.history["loss"][0]
    part = optlab.fit(model(), X, y, epochs=10, **arguments)
    arguments.pop("loss"), arguments.pop("optimizer")
    again = optlab.fit(part.model, X, y, epochs=30, resume=part, **arguments)
    assert again.history["loss"] == whole.history["loss"]


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([Dense(2).after("x")], "layers[0], Dense 'dense': `inputs` must name earlier"),
        ([Add().after("input")], "needs at least two names in `inputs`"),
        ([Add()], "needs at least two names"),
        ([Dense(2), Dense(2).after("dense", "input")], "takes one input"),
        ([Dense(2), Dense(3).after("input")], "No layer takes its output"),
        (
            [Dense(3), Add().after("dense", "input")],
            "layers[1], Add 'add': The inputs of a sum must have one shape. Received: "
            "(rows, 3) and (rows, 4)",
        ),
        (
            [Reshape((2, 2)), Concatenate().after("reshape", "input"), Flatten()],
            "(rows, 2, 2) and (rows, 4)",
        ),
    ],
)
def test_what_cannot_be(layers, message):
    with pytest.raises(InputError) as caught:
        Sequential(layers, input_shape=4)
    assert message in str(caught.value)


def test_concatenate_arguments():
    with pytest.raises(InputError, match="`axis` must be a whole number other than 0"):
        Concatenate(axis=0)
    net = Sequential(
        [Reshape((2, 2), name="r"), Concatenate(axis=1).after("r", "r")], input_shape=4
    )
    assert net.output_shape == (4, 2)
