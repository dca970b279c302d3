"""Losses and their gradients against tf.keras and TensorFlow's tape."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab import losses
from optlab.validation.parity import EXACT, Tolerance, assert_parity

BCE, CCE, SPARSE = (
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
)
REGRESSION = [
    ("MeanSquaredError", {}),
    ("MeanAbsoluteError", {}),
    ("Huber", {}),
    ("Huber", {"delta": 0.3}),
]
CLASSES = [
    (BCE, {}, "chances"),
    (BCE, {"label_smoothing": 0.1}, "chances"),
    (BCE, {"from_logits": True}, "scores"),
    (BCE, {"from_logits": True, "label_smoothing": 0.1}, "scores"),
    (CCE, {}, "shares"),
    (CCE, {"label_smoothing": 0.1}, "shares"),
    (CCE, {"from_logits": True}, "scores"),
    (CCE, {"from_logits": True, "label_smoothing": 0.1}, "scores"),
    (SPARSE, {}, "shares"),
    (SPARSE, {"from_logits": True}, "scores"),
    (SPARSE, {"from_logits": True, "ignore_class": 1}, "scores"),
]
DTYPES = ["float32", "float64"]


def keras_value_and_grad(name, arguments, y, p, weights=None):
    """Return what tf.keras computes, in the dtype of `p`."""
    loss = getattr(keras.losses, name)(**arguments, dtype=p.dtype.name)
    x = tf.constant(p)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(y, x, sample_weight=weights)
    return value.numpy(), tape.gradient(value, x).numpy()


def make(kind, shape, dtype, seed=0):
    """Return predictions and the targets of each loss."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal(shape) * 3
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    chances = 1 / (1 + np.exp(-scores))
    labels = rng.integers(0, shape[1], shape[0])
    targets = {
        BCE: rng.integers(0, 2, shape).astype(dtype),
        CCE: np.eye(shape[1], dtype=dtype)[labels],
        SPARSE: labels,
    }
    return {"scores": scores, "shares": shares, "chances": chances}[kind].astype(
        dtype
    ), targets


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "arguments"), REGRESSION)
@pytest.mark.parametrize("shape", [(32, 1), (33, 10), (1030, 7), (9000, 1), (3,)])
def test_regression_is_exact(name, arguments, dtype, shape):
    rng = np.random.default_rng(1)
    size = 10 ** rng.uniform(-30, 4, shape)
    y = (rng.standard_normal(shape) * size).astype(dtype)
    p = np.where(rng.uniform(size=shape) < 0.3, y, rng.standard_normal(shape) * size)
    p = p.astype(dtype)
    weights = rng.uniform(0.1, 3.0, shape[0]).astype(dtype)
    loss = getattr(losses, name)(**arguments)
    # Of a vector tf.keras weights the mean, not the samples.
    for w in (None, weights) if len(shape) > 1 else (None,):
        value, grad = loss.value_and_grad(y, p, w)
        expected, expected_grad = keras_value_and_grad(name, arguments, y, p, w)
        value = np.asarray(value, dtype)
        assert_parity(value, expected, EXACT, subject=name, tensor="value")
        assert_parity(grad, expected_grad, EXACT, subject=name, tensor="gradient")


def last_bits(dtype, scale):
    """Return the tolerance for what goes through exp and log.

    They differ from TensorFlow's in the last bit. Where a gradient is a difference of
    numbers around 1, that is many units of it: hence the absolute part.
    """
    return Tolerance(4, 2.0 * float(np.finfo(dtype).eps * scale), "exp and log")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("name", "arguments", "kind"), CLASSES)
@pytest.mark.parametrize("shape", [(33, 10), (500, 3)])
def test_cross_entropies(name, arguments, kind, dtype, shape):
    p, targets = make(kind, shape, dtype)
    weights = np.random.default_rng(1).uniform(0.1, 3.0, shape[0]).astype(dtype)
    loss = getattr(losses, name)(**arguments)
    for w in (None, weights):
        value, grad = loss.value_and_grad(targets[name], p, w)
        expected, expected_grad = keras_value_and_grad(
            name, arguments, targets[name], p, w
        )
        value = np.asarray(value, dtype)
        tolerance = last_bits(dtype, 1.0)
        assert_parity(value, expected, tolerance, subject=name, tensor="value")
        tolerance = last_bits(dtype, np.abs(expected_grad).max())
        assert_parity(grad, expected_grad, tolerance, subject=name, tensor="gradient")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("label", [0.0, 1.0])
def test_binary_clip(dtype, label):
    edge = np.nextafter(np.array([1e-7, 1 - 1e-7], dtype), np.array([0, 1], dtype))
    inside = np.array([1e-7, 1 - 1e-7], dtype)
    p = np.concatenate([[-3, 0, 1e-9, 0.5, 1, 1.5], edge, inside]).astype(dtype)[
        :, None
    ]
    y = np.full_like(p, label)
    value, grad = losses.BinaryCrossentropy().value_and_grad(y, p)
    expected, expected_grad = keras_value_and_grad(BCE, {}, y, p)
    assert_parity(np.asarray(value, dtype), expected, Tolerance(2, reason="log"))
    assert_parity(grad, expected_grad, Tolerance(2, reason="reciprocal"))
    assert not grad[[0, 1, 2, 4, 5, 6, 7], 0].any()
    assert grad[[3, 8, 9], 0].all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [CCE, SPARSE])
def test_categorical_clip_and_sums_other_than_one(name, dtype):
    rows = [
        [0.0, 1.0, 0.0],
        [1.0, 0.0, 0.0],
        [0.2, 0.3, 0.1],
        [3.0, 1.0, 2.0],
        [-0.5, 1.0, 0.2],
        [1e-9, 0.5, 0.5],
    ]
    p = np.array(rows, dtype)
    labels = np.array([0, 0, 1, 2, 0, 0])
    y = labels if name == SPARSE else np.eye(3, dtype=dtype)[labels]
    value, grad = getattr(losses, name)().value_and_grad(y, p)
    expected, expected_grad = keras_value_and_grad(name, {}, y, p)
    tolerance = last_bits(dtype, np.abs(expected_grad).max())
    assert_parity(np.asarray(value, dtype), expected, Tolerance(4, reason="log"))
    assert_parity(grad, expected_grad, tolerance, subject=name)


@pytest.mark.parametrize("dtype", DTYPES)
def test_targets_that_do_not_sum_to_one(dtype):
    p, _ = make("scores", (40, 4), dtype)
    y = np.random.default_rng(2).integers(0, 2, p.shape).astype(dtype)
    arguments = {"from_logits": True}
    loss = losses.CategoricalCrossentropy(**arguments)
    value, grad = loss.value_and_grad(y, p)
    expected, expected_grad = keras_value_and_grad(CCE, arguments, y, p)
    assert_parity(np.asarray(value, dtype), expected, last_bits(dtype, 1.0))
    assert_parity(grad, expected_grad, last_bits(dtype, 1 / 40))


@pytest.mark.parametrize("name", [BCE, SPARSE])
def test_extreme_logits(name):
    p = np.array([[-200.0, 100.0], [90.0, -90.0], [0.0, 1e4]], np.float32)
    y = np.array([0, 1, 0]) if name == SPARSE else np.float32([[1, 0], [1, 0], [0, 1]])
    value, grad = getattr(losses, name)(from_logits=True).value_and_grad(y, p)
    expected, expected_grad = keras_value_and_grad(name, {"from_logits": True}, y, p)
    assert_parity(np.float32(value), expected, Tolerance(1, reason="sum"))
    assert_parity(grad, expected_grad, Tolerance(2, 1e-37, reason="subnormals"))


def test_log_cosh_is_tf_keras_without_its_cancellation():
    p, _ = make("scores", (200, 3), "float32")
    y = np.zeros_like(p)
    value, grad = losses.LogCosh().value_and_grad(y, p)
    expected, expected_grad = keras_value_and_grad("LogCosh", {}, y, p)
    assert_parity(np.float32(value), expected, Tolerance(4, 1e-7, "cancellation"))
    tolerance = Tolerance(4, 4e-7 / 600, "1 - 2 sigmoid(-2e) cancels")
    assert_parity(grad, expected_grad, tolerance)
    small = np.float32([[1e-4]])
    theirs, _ = keras_value_and_grad("LogCosh", {}, np.zeros_like(small), small)
    assert abs(theirs - 5e-9) > 4e-9
    assert losses.LogCosh()(np.zeros_like(small), small) == pytest.approx(5e-9)
    # In float64 tf.keras subtracts a logarithm of 2 that is rounded to float32.
    one = np.ones((1, 1))
    theirs, _ = keras_value_and_grad("LogCosh", {}, np.zeros_like(one), one)
    ours = losses.LogCosh()(np.zeros_like(one), one)
    assert theirs - ours == pytest.approx(
        np.log(2) - float(np.float32(np.log(2))), 1e-6
    )


@pytest.mark.parametrize("name", [*losses.LOSSES, "mse", "bce", "MAE"])
def test_tf_keras_serialized_functions(name):
    function = keras.losses.get(name)
    ours = losses.get(keras.losses.serialize(function))
    assert type(ours) is losses.LOSSES[function.__name__]


@pytest.mark.parametrize(
    ("name", "arguments"), [*REGRESSION, *(c[:2] for c in CLASSES)]
)
def test_configurations_go_both_ways(name, arguments):
    theirs = getattr(keras.losses, name)(**arguments)
    ours = losses.get(keras.saving.serialize_keras_object(theirs))
    assert type(ours).__name__ == name
    # tf.keras's own Huber and sparse loss leave an argument out.
    kept = {k: v for k, v in arguments.items() if k in theirs.get_config()}
    for key, value in kept.items():
        assert getattr(ours, key) == value
    back = type(theirs).from_config(getattr(losses, name)(**arguments).get_config())
    assert type(back) is type(theirs)
    assert back.name == ours.name
    for key, value in kept.items():
        assert back.get_config()[key] == value
