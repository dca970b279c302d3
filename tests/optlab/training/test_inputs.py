"""Preparing rows: shapes, dtypes, and which row and column a bad number is in."""

import numpy as np
import pytest

from optlab import InputError, losses
from optlab.training.inputs import (
    fingerprint,
    prepare_weights,
    prepare_x,
    prepare_y,
    split_tail,
)


def broken(value, row=2, column=1):
    x = np.ones((4, 3))
    x[row, column] = value
    return x


def test_x_is_cast_once_and_contiguous():
    given = np.asfortranarray(np.ones((4, 3), int))
    found = prepare_x(given, (3,), "float32")
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    same = np.ones((4, 3), "float32")
    assert prepare_x(same, (3,), "float32") is same
    assert prepare_x([[1, None]], (2,), "float32", check_finite=False).shape == (1, 2)


@pytest.mark.parametrize(
    "x, message",
    [
        (np.ones((4, 2)), r"shape \(rows, 3\).*Received: shape \(4, 2\)"),
        (np.ones(3), r"Received: shape \(3,\)"),
        (3.0, r"shape \(\)"),
        (np.ones((0, 3)), "at least one row"),
        ([["a", "b", "c"]], "must be numbers"),
        ([[1, 2, 3], [1, 2]], "unequal length"),
        (np.ones((4, 3), complex), "complex"),
        (broken(np.nan), "NaN in row 2, column 1 "),
        (broken(-np.inf, 3, 0), "infinity in row 3, column 0"),
        (broken(1e300), "does not fit float32: 1e[+]300 in row 2, column 1"),
        (np.full((4, 3), np.nan), "NaN in row 0, column 0 and 11 more"),
    ],
)
def test_bad_x(x, message):
    with pytest.raises(InputError, match=message):
        prepare_x(x, (3,), "float32")


@pytest.mark.parametrize(
    "y, message",
    [
        (np.ones(3), "as many rows as its inputs: 4 expected. Received: 3"),
        (1.0, "single number"),
        ([1, 2, np.nan, 4], "NaN in row 2"),
        (np.ones((4, 2)), "shape"),
    ],
)
def test_bad_y(y, message):
    with pytest.raises(InputError, match=message):
        prepare_y(y, losses.get("mse"), (1,), "float32", 4)


def test_nan_goes_through_where_it_is_wanted():
    mse = losses.get("mse")
    found = prepare_y([1, np.nan, 3], mse, (1,), "float32", 3, check_finite=False)
    np.testing.assert_array_equal(found.ravel(), [1, np.nan, 3])
    sparse = losses.get("sparse_categorical_crossentropy")
    with pytest.raises(InputError, match="class label"):
        prepare_y([1, np.nan, 0], sparse, (2,), "float32", 3, check_finite=False)
    signs = np.array([-1.0, 1.0])
    bce = losses.get("binary_crossentropy")
    with pytest.raises(InputError, match=r"\[0, 1\]"):
        prepare_y(signs, bce, (1,), "float32", 2)
    found = prepare_y(signs, bce, (1,), "float32", 2, strict=False)
    np.testing.assert_array_equal(found.ravel(), signs)


@pytest.mark.parametrize(
    "weights, message",
    [
        ([1, 2], "one weight a row"),
        ([1, np.inf, 1], "infinity in row 1"),
        ([1, 1, -2], "negative. Received: -2 in row 2"),
    ],
)
def test_bad_weights(weights, message):
    with pytest.raises(InputError, match=message):
        prepare_weights(weights, 3, "float32", "sample_weight")


def test_split_is_tf_keras_s():
    assert [split_tail(10, f) for f in (0.0, 0.25, 0.29, 0.8)] == [10, 7, 7, 1]
    with pytest.raises(InputError, match="leaves none for training"):
        split_tail(1, 0.5)


def test_fingerprint_notices_values_shape_and_weights():
    x, y = np.arange(12.0).reshape(4, 3), np.arange(4)
    other = x.copy()
    other[1, 1] += 1
    found = [
        fingerprint(x, y, None),
        fingerprint(other, y, None),
        fingerprint(x.reshape(3, 4), y, None),
        fingerprint(x, y, np.ones(4)),
        fingerprint(x.astype("float32"), y, None),
    ]
    assert len(set(found)) == 5
    assert fingerprint(x.copy(), y.copy(), None) == found[0]
