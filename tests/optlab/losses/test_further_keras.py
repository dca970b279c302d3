"""Hinge losses and losses of counts and directions against tf.keras and its tape."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab import losses
from optlab.errors import InputError
from optlab.losses.base import REDUCTIONS

NAMES = [
    "CategoricalHinge",
    "CosineSimilarity",
    "Hinge",
    "KLDivergence",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "Poisson",
    "SquaredHinge",
]
#: Relative to the largest entry, or to 0.05 where terms around 1 cancel; TensorFlow's
#: logarithm differs in the last bit.
BOUND = {"float32": 1e-6, "float64": 1e-13}


def make(name, shape, dtype, rng):
    """Return targets and predictions that reach the cuts and the kinks."""
    p = rng.standard_normal(shape) * 2
    y = rng.standard_normal(shape) * 2
    if name in ("Poisson", "KLDivergence", "MeanSquaredLogarithmicError"):
        p, y = np.abs(p), np.floor(np.abs(y) * 2)
        if name != "Poisson":
            p.reshape(-1)[0], y.reshape(-1)[:2] = -0.5, (0.5, -0.25)
    if name == "CategoricalHinge":
        y = np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]
        p.reshape(-1, shape[-1])[0] = 0.25
    if name.startswith(("Hinge", "Squared")):
        y = rng.choice([-1.0, 1.0], shape) if rng.random() < 0.5 else 1.0 * (y > 0)
        p.reshape(-1)[0] = 1.0
    return y.astype(dtype), p.astype(dtype)


def theirs(name, reduction, y, p, weights, mask=None):
    loss = getattr(keras.losses, name)(reduction=reduction, dtype=p.dtype.name)
    x = tf.constant(p)
    with tf.GradientTape() as tape:
        tape.watch(x)
        output = tf.identity(x)
        if mask is not None:
            output._keras_mask = tf.constant(mask)
        value = loss(y, output, sample_weight=weights)
    return value.numpy(), tape.gradient(value, x).numpy()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
def test_value_and_gradient(name, dtype):
    for seed in range(12):
        rng = np.random.default_rng(seed)
        shape = [(17, 5), (8, 3, 4), (9, 2)][seed % 3]
        y, p = make(name, shape, dtype, rng)
        reduction = REDUCTIONS[seed % len(REDUCTIONS)]
        weights = rng.uniform(0.1, 3, len(y)).astype(dtype) if seed % 2 else None
        mask = None
        if len(shape) == 3:
            mask = rng.random(shape[:2]) < 0.7
        ours = getattr(losses, name)(reduction=reduction)
        grad = np.empty_like(p)
        targets = ours.prepare_targets(y, shape[1:], dtype)
        value = ours.into_any(targets, p, weights, mask, grad)
        spread = weights if weights is None or mask is None else weights[:, None]
        expected = theirs(name, reduction, y, p, spread, mask)
        for one, other in zip((value, grad), expected, strict=True):
            bound = BOUND[dtype] * max(np.abs(other).max(), 0.05)
            np.testing.assert_allclose(
                one, other, rtol=0, atol=bound, err_msg=str(seed)
            )
        config = getattr(keras.losses, name)(reduction=reduction).get_config()
        again = losses.get({"class_name": name, "config": config})
        assert (again.reduction, again.name) == (reduction, ours.name)


@pytest.mark.parametrize("name", ["Poisson", "CosineSimilarity", "Hinge"])
def test_beyond_what_a_loss_is_for(name):
    y = np.float64([[1.0, 2.0], [0.0, 1.0]])
    p = np.float64([[-1.0, 1.0], [0.0, 0.0]])
    value, grad = getattr(losses, name)().value_and_grad(y, p)
    expected = theirs(name, "sum_over_batch_size", y, p, None)
    np.testing.assert_allclose(value, expected[0], rtol=1e-13)
    np.testing.assert_allclose(grad, expected[1], rtol=1e-13)
    assert np.isnan(value) == (name == "Poisson")


def test_the_axis_of_the_cosine():
    y, p = np.ones((4, 3, 2)), np.ones((4, 3, 2))
    assert losses.CosineSimilarity(axis=2)(y, p) == pytest.approx(-1)
    with pytest.raises(InputError, match=r"`axis` must be the last one, -1 or 2, for"):
        losses.CosineSimilarity(axis=1)(y, p)


@pytest.mark.parametrize("name", ["logcosh", "log_cosh", "LogCosh"])
def test_spellings_of_log_cosh(name):
    assert type(losses.get(name)) is losses.LogCosh


@pytest.mark.parametrize("reduction", [None, "none"])
def test_no_reduction_is_refused(reduction):
    with pytest.raises(InputError, match="`reduction` must be one of"):
        losses.get({"name": "poisson", "reduction": reduction})
