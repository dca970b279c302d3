"""What losses say to targets, predictions and weights that are wrong."""

import numpy as np
import pytest

from optlab import losses
from optlab.errors import InputError

P = np.full((3, 4), 0.25)
ONE = np.full((3, 1), 0.5)
MSE = losses.MeanSquaredError()
BCE = losses.BinaryCrossentropy()
CCE = losses.CategoricalCrossentropy()
SPARSE = losses.SparseCategoricalCrossentropy()
HOT = np.eye(4)[:3]


@pytest.mark.parametrize(
    ("loss", "y", "p", "message"),
    [
        # Shapes: nothing is broadcast.
        (
            MSE,
            np.zeros((1, 3)),
            ONE,
            r"shape \(3, 1\) or \(3,\).* Received: .*\(1, 3\)",
        ),
        (MSE, np.zeros((3, 1)), P, r"shape \(3, 4\).*tf.keras would broadcast"),
        (MSE, np.zeros(3), P, r"shape \(3, 4\).*Received: shape \(3,\)"),
        (MSE, np.zeros((2, 4)), P, r"\(3, 4\).*Received: shape \(2, 4\)"),
        (MSE, np.zeros((3, 4, 1)), P, r"Received: shape \(3, 4, 1\)"),
        (CCE, [0, 1, 2], P, "use sparse_categorical_crossentropy"),
        (
            CCE,
            np.eye(3),
            P,
            r"\(3, 4\), one target an output. Received: shape \(3, 3\)",
        ),
        (BCE, [0, 1, 2], P, "use sparse_categorical_crossentropy"),
        (SPARSE, HOT, P, "For one-hot targets use categorical_crossentropy"),
        (SPARSE, [0, 1], P, r"shape \(3,\), one class number a sample.*\(2,\)"),
        # Values.
        (
            SPARSE,
            [0, 4, 9],
            P,
            r"class, 0 to 3 for 4 outputs. Received: 4 in row 1 \(2 of",
        ),
        (SPARSE, [1, 2, 4], P, r"Received: 4 in row 2 .*1..K become 0..K-1 by y - 1"),
        (SPARSE, [0, -1, 2], P, "Received: -1 in row 1"),
        (SPARSE, [0.0, 1.5, 2.0], P, "must be whole numbers. Received: 1.5 in row 1"),
        (SPARSE, [0.0, np.nan, 2.0], P, "whole numbers. Received: nan in row 1"),
        (BCE, [[0], [-1], [1]], ONE, r"\[0, 1\] for binary_crossentropy. Received: -1"),
        (
            BCE,
            [1, 2, 2],
            ONE,
            r"Received: 2 in row 1 \(2 of 3 rows.*\(y - a\) / \(b - a",
        ),
        (CCE, HOT * 2, P, r"in \[0, 1\] for categorical.*2.0 in row 0, column 0"),
        (
            MSE,
            [[1.0], [np.nan], [np.inf]],
            ONE,
            "finite in float64. Received: nan in row 1",
        ),
        (
            MSE,
            [["a"], ["b"], ["c"]],
            ONE,
            "must be numbers; .*Received: dtype <U1, first a",
        ),
        (MSE, [[object()]] * 3, ONE, "must be numbers"),
        (MSE, [[1j]] * 3, ONE, "must be numbers.*complex128"),
        # Predictions.
        (
            MSE,
            np.zeros(3),
            np.zeros(3, np.int64),
            "`y_pred` must be float32 or float64",
        ),
        (MSE, np.zeros(3), np.zeros(3, np.float16), "Received: dtype float16"),
        (MSE, np.zeros((0, 1)), np.zeros((0, 1)), "not be empty"),
        (MSE, np.zeros((2, 1, 1)), np.zeros((2, 3, 1)), r"must have shape \(2, 3, 1\)"),
    ],
)
def test_bad_targets_and_predictions(loss, y, p, message):
    with pytest.raises(InputError, match=message):
        loss(y, p)
    with pytest.raises(InputError, match=message):
        loss.per_sample(y, p)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1.0, 2.0], r"one weight a sample, shape \(3,\). Received: shape \(2,\)"),
        (np.ones((1, 3)), r"Received: shape \(1, 3\)"),
        ([1.0, np.nan, 1.0], "`sample_weight` must be finite .*nan in row 1"),
        (["1", "2", "3"], "`sample_weight` must be numbers"),
    ],
)
def test_bad_weights(weights, message):
    with pytest.raises(InputError, match=message):
        MSE(np.zeros(3), ONE, weights)


def test_too_large_for_float32():
    with pytest.raises(
        InputError, match=r"finite in float32. Received: 1e\+39 in row 0"
    ):
        MSE([1e39], np.zeros((1, 1), np.float32))


def test_prepared_targets():
    shape = (4,)
    y = CCE.prepare_targets(HOT.tolist(), shape, "float32")
    assert y.dtype == np.float32
    assert y.shape == (3, 4)
    assert y.flags.c_contiguous
    labels = SPARSE.prepare_targets(np.array([[0.0], [3.0], [1.0]]), shape, "float32")
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, [0, 3, 1])


def test_prepared_targets_of_the_wrong_shape():
    with pytest.raises(InputError, match=r"shape \(n, 4\)"):
        MSE.prepare_targets(np.zeros((3, 2)), (4,), "float32")
    with pytest.raises(InputError, match=r"shape \(n, 5, 4\)"):
        MSE.prepare_targets(np.zeros((3, 4)), (5, 4), "float32")


@pytest.mark.parametrize("loss", [MSE, CCE, SPARSE], ids=lambda loss: loss.name)
def test_more_axes_are_more_samples(loss):
    rng = np.random.default_rng(0)
    p = rng.uniform(0.1, 0.9, (2, 3, 4))
    y = rng.integers(0, 4, (2, 3)) if loss is SPARSE else np.eye(4)[[[0, 1, 2]] * 2]
    value, grad = loss.value_and_grad(y, p)
    flat = y.reshape((6,) if loss is SPARSE else (6, 4))
    expected, matrix = loss.value_and_grad(flat, p.reshape(6, 4))
    assert value == expected
    np.testing.assert_array_equal(grad, matrix.reshape(p.shape))
    np.testing.assert_array_equal(
        loss.per_sample(y, p).ravel(), loss.per_sample(flat, p.reshape(6, 4))
    )
    weighted = loss(y, p, [1.0, 3.0])
    assert weighted == loss(flat, p.reshape(6, 4), np.repeat([1.0, 3.0], 3))


def test_masked_steps_are_out_of_the_mean():
    p, y = np.array([[[1.0], [2.0], [9.0]]]), np.zeros((1, 3, 1))
    grad = np.empty_like(p)
    mask = np.array([[True, True, False]])
    assert MSE.into_any(y, p, None, mask, grad) == pytest.approx(5 / 2)
    np.testing.assert_allclose(grad.ravel(), [1.0, 2.0, 0.0])
    assert MSE.into_any(y, p, None, ~mask & mask, grad) == 0.0


@pytest.mark.parametrize(
    ("loss", "y", "u", "expected"),
    [
        (BCE, [-1, 1], 1, [[-1.0], [1.0]]),
        (CCE, [[2.0, -3.0]], 2, [[2.0, -3.0]]),
        (MSE, [1.0, 2.0], 2, [[1.0, 1.0], [2.0, 2.0]]),
    ],
)
def test_what_tf_keras_lets_pass(loss, y, u, expected):
    with pytest.raises(InputError):
        loss.prepare_targets(y, (u,), "float64")
    found = loss.prepare_targets(y, (u,), "float64", strict=False)
    np.testing.assert_array_equal(found, expected)
    assert found.flags.c_contiguous


@pytest.mark.parametrize(
    ("loss", "y", "u"), [(BCE, [0, 1], 2), (CCE, [0, 1], 2), (MSE, np.ones((2, 3)), 2)]
)
def test_what_it_refuses_too(loss, y, u):
    with pytest.raises(InputError, match="one target an output"):
        loss.prepare_targets(y, (u,), "float64", strict=False)


def test_booleans_are_numbers():
    assert BCE([True, False, True], ONE) == BCE([1, 0, 1], ONE)
