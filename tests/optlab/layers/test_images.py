"""Layers over sequences and images: differences, faults, masks, dropout."""

import numpy as np
import pytest

from optlab import layers
from optlab.errors import InputError
from optlab.layers import (
    AveragePooling2D,
    Conv1D,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling1D,
    MaxPooling2D,
    Normalization,
    Permute,
    Rescaling,
    SpatialDropout1D,
    SpatialDropout2D,
    UpSampling2D,
    ZeroPadding2D,
)
from optlab.model import Sequential

NOISE = {"bias_initializer": {"name": "random_normal", "stddev": 0.5}}

STACKS = {
    "same": lambda: [Conv2D(4, 3, padding="same", activation="relu", **NOISE)],
    "strides": lambda: [Conv2D(3, 2, strides=2, activation="tanh", **NOISE)],
    "dilated": lambda: [Conv2D(2, 2, dilation_rate=(2, 1), **NOISE)],
    "regularized": lambda: [Conv2D(2, 2, kernel_regularizer="l2", use_bias=False)],
    "transposed": lambda: [
        Conv2DTranspose(3, 3, strides=2, padding="same", activation="elu", **NOISE)
    ],
    "depthwise": lambda: [
        DepthwiseConv2D(2, depth_multiplier=2, activation="relu", **NOISE)
    ],
    "pooled": lambda: [
        Conv2D(4, 2, activation="relu", **NOISE),
        MaxPooling2D(2, strides=1),
        AveragePooling2D(2, padding="same"),
        GlobalMaxPooling2D(),
    ],
    "shapes": lambda: [
        ZeroPadding2D(((1, 0), (0, 2))),
        UpSampling2D(2, interpolation="bilinear"),
        Conv2D(2, 3, **NOISE),
        Permute((3, 1, 2)),
        Flatten(),
        Dense(2),
    ],
    "frozen": lambda: [Conv2D(3, 2, trainable=False), Conv2D(2, 2), Flatten()],
}


@pytest.mark.parametrize("stack", STACKS)
def test_gradients(stack, gradient_error):
    model = Sequential(STACKS[stack](), (5, 4, 2), "float64", seed=1)
    x = np.random.default_rng(0).standard_normal((3, 5, 4, 2))
    assert gradient_error(model, x) < 1e-6


def test_from_logits(gradient_error):
    model = Sequential([Conv2D(3, 2, activation="softmax")], (3, 3, 2), "float64")
    x = np.random.default_rng(0).standard_normal((2, 3, 3, 2))
    assert gradient_error(model, x, from_logits=True) < 1e-6


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (lambda: Conv2D(0, 3), None, "`filters` must be a positive integer"),
        (lambda: Conv2D(2, (3, 3, 3)), None, "`kernel_size` must be an integer"),
        (lambda: Conv2D(2, 3, padding="causal"), None, "`padding` must be one of"),
        (lambda: Conv2D(2, 3, padding=np.ones(2)), None, "`padding` must be one of"),
        (lambda: Rescaling(10**400), None, "`scale` must be a number"),
        (lambda: Conv2D(2, 3, groups=2), None, "`groups` must be 1"),
        (lambda: Conv2D(2, 3, data_format="channels_first"), None, "channels_last"),
        (lambda: Conv2D(2, 3, 2, dilation_rate=2), None, "exclude each other"),
        (lambda: Conv2D(2, 5), (4, 6, 1), "does not fit into inputs of shape"),
        (lambda: Conv2D(2, 3), (12,), "takes inputs of shape (rows, height, width"),
        (lambda: Conv1D(2, 3), (8, 8, 1), "takes inputs of shape (rows, steps"),
        (lambda: MaxPooling1D(9), (8, 1), "does not fit into inputs of shape"),
        (lambda: DepthwiseConv2D(2, (1, 2)), None, "the same in both directions"),
        (lambda: Conv2DTranspose(1, 3, 2, output_padding=2), None, "below `strides`"),
        (lambda: Permute((0, 1)), None, "`dims` must hold the numbers from 1"),
        (lambda: Permute((2, 1)), (4,), "a number for each axis"),
        (lambda: UpSampling2D(interpolation="cubic"), None, "'nearest' or 'bilinear'"),
        (lambda: Normalization(mean=1.0), None, "must be given together"),
    ],
)
def test_faults_name_what_came(layer, shape, message):
    with pytest.raises(InputError) as caught:
        Sequential([layer()], shape)
    assert message in str(caught.value)


def test_a_constraint_is_refused_by_name():
    config = Conv2D(2, 3).get_config() | {"kernel_constraint": {"class_name": "NonNeg"}}
    with pytest.raises(InputError, match="no argument 'kernel_constraint'"):
        layers.get({"class_name": "Conv2D", "config": config})


def test_average_of_the_steps_that_count():
    layer = GlobalAveragePooling1D()
    layer.build((4, 3), np.dtype("float64"))
    layer.resize(2)
    x = np.random.default_rng(0).standard_normal((2, 4, 3))
    layer.mask = np.array([[True, False, True, True], [False, True, False, False]])
    out = layer.forward(x, False, None)
    np.testing.assert_allclose(out[0], x[0, [0, 2, 3]].mean(0))
    np.testing.assert_array_equal(out[1], x[1, 1])
    grad = layer.backward(np.ones((2, 3)), True)
    np.testing.assert_array_equal(grad[1, :, 0], [0, 1, 0, 0])
    assert layer.compute_mask(x, layer.mask) is None


@pytest.mark.parametrize(
    ("layer", "shape"),
    [(SpatialDropout1D(0.4), (6, 50)), (SpatialDropout2D(0.4), (3, 2, 50))],
)
def test_dropout_of_channels(layer, shape):
    model = Sequential([layer], shape)
    x = np.random.default_rng(0).standard_normal((8, *shape)).astype("f4") + 9
    out = model.forward(x, training=True).copy()
    flat, kept = out.reshape(8, -1, 50), layer.kept.reshape(8, 1, 50)
    np.testing.assert_array_equal(flat != 0, np.broadcast_to(kept, flat.shape))
    assert 0.5 < kept.mean() < 0.7
    np.testing.assert_allclose(out[out != 0], (x / 0.6)[out != 0], 1e-6)
    grad = model.backward(np.ones_like(out), input_gradient=True)
    np.testing.assert_array_equal(grad != 0, out != 0)
    np.testing.assert_array_equal(model.forward(x), x)


def test_a_smaller_last_batch_leaves_no_trace():
    model = Sequential(
        [Conv2D(3, 3, padding="same", activation="relu"), GlobalAveragePooling2D()],
        (4, 4, 2),
    )
    x = np.random.default_rng(0).standard_normal((7, 4, 4, 2)).astype("f4")
    whole = model.forward(x).copy()
    part = model.forward(x[:3]).copy()
    np.testing.assert_array_equal(part, whole[:3])
    np.testing.assert_array_equal(model.forward(x), whole)
