"""Losses: known values, gradients, weights, reductions, the fast path."""

import math

import numpy as np
import pytest

from optlab import losses
from optlab.errors import InputError

RNG = np.random.default_rng(11)
ROWS, UNITS = 7, 4
SCORES = RNG.standard_normal((ROWS, UNITS)) * 2
REAL = SCORES + RNG.uniform(0.1, 3.0, SCORES.shape) * RNG.choice([-1, 1], SCORES.shape)
CHANCES = RNG.uniform(0.05, 0.95, SCORES.shape)
SHARES = RNG.uniform(0.05, 1.0, SCORES.shape)
SHARES /= SHARES.sum(axis=1, keepdims=True)
YES_NO = RNG.integers(0, 2, SCORES.shape)
LABELS = RNG.integers(0, UNITS, ROWS)
ONE_HOT = np.eye(UNITS)[LABELS]
WEIGHTS = RNG.uniform(0.2, 3.0, ROWS)

BCE, CCE, SPARSE = (
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
)
#: Table of a loss, targets, predictions.
CASES = [
    ({"name": "mean_squared_error"}, REAL, SCORES),
    ({"name": "mean_absolute_error"}, REAL, SCORES),
    ({"name": "huber"}, REAL, SCORES),
    ({"name": "huber", "delta": 0.4}, REAL, SCORES),
    ({"name": "log_cosh"}, REAL, SCORES),
    ({"name": BCE}, YES_NO, CHANCES),
    ({"name": BCE, "label_smoothing": 0.2}, YES_NO, CHANCES),
    ({"name": BCE, "from_logits": True}, YES_NO, SCORES),
    ({"name": BCE, "from_logits": True, "label_smoothing": 0.2}, CHANCES, SCORES),
    ({"name": CCE}, ONE_HOT, SHARES),
    ({"name": CCE}, ONE_HOT, SHARES * 1.7),
    ({"name": CCE, "label_smoothing": 0.3}, ONE_HOT, SHARES),
    ({"name": CCE, "from_logits": True}, SHARES, SCORES),
    ({"name": CCE, "from_logits": True, "label_smoothing": 0.3}, ONE_HOT, SCORES),
    ({"name": SPARSE}, LABELS, SHARES),
    ({"name": SPARSE}, LABELS, SHARES * 1.7),
    ({"name": SPARSE, "from_logits": True}, LABELS, SCORES),
    ({"name": SPARSE, "from_logits": True, "ignore_class": 1}, LABELS, SCORES),
]
IDS = [f"{i}-{table['name']}" for i, (table, _, _) in enumerate(CASES)]
each_case = pytest.mark.parametrize(("table", "y", "p"), CASES, ids=IDS)


@each_case
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["plain", "weighted"])
def test_gradient_against_central_differences(table, y, p, weights):
    loss, h = losses.get(table), 1e-5
    value, grad = loss.value_and_grad(y, p, weights)
    expected = np.empty_like(p)
    for place in np.ndindex(p.shape):
        step = np.zeros_like(p)
        step[place] = h
        change = loss(y, p + step, weights) - loss(y, p - step, weights)
        expected[place] = change / (2 * h)
    np.testing.assert_allclose(grad, expected, rtol=1e-6, atol=1e-8)
    assert value == loss(y, p, weights)


@each_case
def test_value_is_the_weighted_sum_of_the_samples(table, y, p):
    loss = losses.get(table)
    rows = loss.per_sample(y, p)
    kept = sum(y != table["ignore_class"]) if "ignore_class" in table else ROWS
    assert rows.shape == (ROWS,)
    assert loss(y, p) == pytest.approx(rows.sum() / kept, rel=1e-14)
    weighted = (rows * WEIGHTS).sum() / kept
    assert loss(y, p, WEIGHTS) == pytest.approx(weighted, rel=1e-14)
    assert loss(y, p, WEIGHTS[:, None]) == loss(y, p, WEIGHTS)
    assert loss(y, p, np.ones(ROWS)) == pytest.approx(loss(y, p), rel=1e-15)


@each_case
def test_permuted_samples(table, y, p):
    loss, order = losses.get(table), RNG.permutation(ROWS)
    value, grad = loss.value_and_grad(y, p, WEIGHTS)
    permuted, permuted_grad = loss.value_and_grad(y[order], p[order], WEIGHTS[order])
    assert permuted == pytest.approx(value, rel=1e-14)
    np.testing.assert_array_equal(permuted_grad, grad[order])


@each_case
def test_float32(table, y, p):
    loss = losses.get(table)
    value, grad = loss.value_and_grad(y, p.astype(np.float32))
    exact, exact_grad = loss.value_and_grad(y, p)
    assert grad.dtype == np.float32
    assert value == pytest.approx(exact, rel=2e-6)
    np.testing.assert_allclose(grad, exact_grad, rtol=1e-4, atol=1e-6)


@each_case
def test_fast_path_is_the_checked_one(table, y, p):
    loss = losses.get(table)
    ready = loss.prepare_targets(y, (UNITS,), "float64")
    assert ready.flags.c_contiguous
    grad = np.empty_like(p)
    value, expected = loss.value_and_grad(y, p, WEIGHTS)
    assert loss.into(ready, p, WEIGHTS, grad) == value
    np.testing.assert_array_equal(grad, expected)


@each_case
@pytest.mark.parametrize(
    ("reduction", "divisor"),
    [("sum", 1.0), ("mean", ROWS), ("mean_with_sample_weight", WEIGHTS.sum())],
)
def test_reductions(table, y, p, reduction, divisor):
    if "ignore_class" in table:
        kept = y != table["ignore_class"]
        y, p, weights = y[kept], p[kept], WEIGHTS[kept]
        divisor = {"sum": 1.0, "mean": len(y)}.get(reduction, weights.sum())
    else:
        weights = WEIGHTS
    loss = losses.get({**table, "reduction": reduction})
    value, grad = loss.value_and_grad(y, p, weights)
    mean, mean_grad = losses.get(table).value_and_grad(y, p, weights)
    assert value * divisor == pytest.approx(mean * len(y), rel=1e-13)
    np.testing.assert_allclose(grad * divisor, mean_grad * len(y), rtol=1e-13)


@each_case
def test_nan_is_not_hidden(table, y, p):
    p = p.copy()
    p[3] = np.nan
    y = np.asarray(y).copy()
    if "ignore_class" in table:
        y[3] = 0
    value, grad = losses.get(table).value_and_grad(y, p)
    assert math.isnan(value)
    assert np.isnan(grad[3]).all()


CEILING = -math.log(1e-7)


@pytest.mark.parametrize(
    ("table", "y", "p", "value", "grad"),
    [
        # Worked by hand.
        ({"name": "mse"}, [[1.0, 3.0]], [[2.0, 1.0]], 2.5, [[1.0, -2.0]]),
        ({"name": "mse"}, [1.0, 3.0], [2.0, 1.0], 2.5, [1.0, -2.0]),
        ({"name": "mae"}, [[1.0, 3.0]], [[2.0, 3.0]], 0.5, [[0.5, 0.0]]),
        ({"name": "huber"}, [[0.0], [0.0]], [[0.5], [-3.0]], 1.3125, [[0.25], [-0.5]]),
        ({"name": "log_cosh"}, [[0.0]], [[40.0]], 40.0 - math.log(2.0), [[1.0]]),
        ({"name": "log_cosh"}, [[0.0]], [[1e-9]], 5e-19, [[1e-9]]),
        ({"name": BCE}, [[1.0]], [[0.5]], math.log(2.0), [[-2.0]]),
        # The clip: a ceiling of 16.118, and nothing learned beyond it.
        ({"name": BCE}, [[1.0]], [[0.0]], CEILING, [[0.0]]),
        ({"name": BCE}, [[0.0]], [[1.0]], -math.log(1 - (1 - 1e-7)), [[0.0]]),
        ({"name": CCE}, [[1.0, 0.0]], [[0.0, 1.0]], CEILING, [[0.0, 0.0]]),
        ({"name": SPARSE}, [0], [[0.0, 1.0]], CEILING, [[0.0, 0.0]]),
        # Renormalisation: +1 on the classes that are not the target.
        ({"name": CCE}, [[0.0, 1.0]], [[0.75, 0.25]], math.log(4.0), [[1.0, -3.0]]),
        ({"name": SPARSE}, [1], [[0.75, 0.25]], math.log(4.0), [[1.0, -3.0]]),
        # Logits have no ceiling, and keep their digits far away.
        ({"name": BCE, "from_logits": True}, [[0.0]], [[200.0]], 200.0, [[1.0]]),
        (
            {"name": BCE, "from_logits": True},
            [[1.0]],
            [[40.0]],
            math.exp(-40.0),
            [[-math.exp(-40.0)]],
        ),
        (
            {"name": SPARSE, "from_logits": True},
            [1],
            [[1000.0, 0.0]],
            1000.0,
            [[1.0, -1.0]],
        ),
        (
            {"name": CCE, "from_logits": True, "label_smoothing": 1.0},
            [[1.0, 0.0]],
            [[3.0, 3.0]],
            math.log(2.0),
            [[0.0, 0.0]],
        ),
        # As TensorFlow: softmax minus targets, also where these do not sum to 1.
        (
            {"name": CCE, "from_logits": True},
            [[1.0, 1.0]],
            [[0.0, 0.0]],
            2 * math.log(2.0),
            [[-0.5, -0.5]],
        ),
    ],
)
def test_known_values(table, y, p, value, grad):
    found, found_grad = losses.get(table).value_and_grad(y, np.array(p))
    assert found == pytest.approx(value, rel=1e-14)
    np.testing.assert_allclose(found_grad, grad, rtol=1e-13)


def test_equal_weights_scale_the_loss():
    loss = losses.MeanSquaredError()
    assert loss(REAL, SCORES, np.full(ROWS, 0.5)) == loss(REAL, SCORES) / 2


def test_weights_that_sum_to_zero():
    loss = losses.MeanSquaredError(reduction="mean_with_sample_weight")
    value, grad = loss.value_and_grad(REAL, SCORES, np.zeros(ROWS))
    assert value == 0.0
    assert not grad.any()


def test_negative_weights_are_allowed():
    loss = losses.MeanSquaredError()
    assert loss(REAL, SCORES, -np.ones(ROWS)) == -loss(REAL, SCORES)


@pytest.mark.parametrize("from_logits", [False, True])
def test_ignored_samples_are_as_if_absent(from_logits):
    loss = losses.get({"name": SPARSE, "from_logits": from_logits, "ignore_class": 255})
    y = np.where(np.arange(ROWS) % 3 == 0, 255, LABELS)
    kept = y != 255
    value, grad = loss.value_and_grad(y, SHARES)
    expected, expected_grad = loss.value_and_grad(y[kept], SHARES[kept])
    assert value == pytest.approx(expected, rel=1e-15)
    np.testing.assert_array_equal(grad[kept], expected_grad)
    assert not grad[~kept].any()
    assert loss(np.full(ROWS, 255), SHARES) == 0.0


def test_one_dimension_is_one_output():
    loss = losses.MeanSquaredError()
    value, grad = loss.value_and_grad(REAL[:, 0], SCORES[:, 0])
    expected, expected_grad = loss.value_and_grad(REAL[:, :1], SCORES[:, :1])
    assert value == expected
    np.testing.assert_array_equal(grad, expected_grad[:, 0])
    assert loss(REAL[:, 0], SCORES[:, :1]) == expected
    assert loss(REAL[:, :1], SCORES[:, 0]) == expected


def test_inputs_are_left_alone():
    y, p, w = REAL.copy(), SCORES.copy(), WEIGHTS.copy()
    losses.Huber().value_and_grad(y, p, w)
    for array, before in ((y, REAL), (p, SCORES), (w, WEIGHTS)):
        np.testing.assert_array_equal(array, before)


def test_a_second_call_compiles_nothing():
    loss = losses.MeanSquaredError()
    loss(REAL, SCORES)
    compiled = len(loss._kernel.signatures)
    loss(REAL[:3, :2], SCORES[:3, :2])
    assert len(loss._kernel.signatures) == compiled


def test_with_logits():
    loss = losses.get({"name": BCE, "label_smoothing": 0.1})
    twin = loss.with_logits()
    assert twin.from_logits
    assert twin.label_smoothing == 0.1
    assert not loss.from_logits
    assert twin.with_logits() is twin
    with pytest.raises(TypeError, match="Huber has no form for logits"):
        losses.Huber().with_logits()


@pytest.mark.parametrize(
    ("name", "activation"),
    [(BCE, "sigmoid"), (CCE, "softmax"), (SPARSE, "softmax"), ("huber", None)],
)
def test_the_activation_behind_which_there_are_logits(name, activation):
    assert losses.get(name).logits_activation == activation


@pytest.mark.parametrize(
    ("cls", "arguments", "message"),
    [
        (losses.Huber, {"delta": 0.0}, "`delta` must be above 0. Received: delta=0.0"),
        (losses.Huber, {"delta": "a"}, "`delta` must be a number"),
        (losses.BinaryCrossentropy, {"label_smoothing": 1.2}, r"must be in \[0, 1\]"),
        (losses.BinaryCrossentropy, {"from_logits": "yes"}, "must be true or false"),
        (losses.CategoricalCrossentropy, {"axis": 0}, "`axis` must be -1"),
        (losses.MeanSquaredError, {"reduction": "none"}, "`per_sample` gives"),
        (losses.MeanSquaredError, {"reduction": "avg"}, "Received: reduction='avg'"),
        (losses.SparseCategoricalCrossentropy, {"ignore_class": 1.5}, "whole number"),
    ],
)
def test_bad_arguments(cls, arguments, message):
    with pytest.raises(InputError, match=message):
        cls(**arguments)
