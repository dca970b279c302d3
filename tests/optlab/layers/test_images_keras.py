"""Layers over sequences and images against tf.keras, at random configurations.

In float64 all is within 1e-12, but for the bilinear enlargement, which TensorFlow
computes in float32 always. In float32 both sides round sums of up to a few hundred
products in different orders, or a product and a sum.
"""

import keras
import numpy as np
import pytest
import tensorflow as tf

from optlab import layers
from optlab.model import Sequential

SPREAD = {"name": "random_normal", "stddev": 0.5}
PENALTY = {"name": "l1_l2", "l1": 0.1, "l2": 0.2}
ACTIVATIONS = [None, "relu", "tanh", "elu", "sigmoid", "softmax", "gelu"]
COUNT = 40


def pick(rng, values):
    return values[rng.integers(len(values))]


def several(rng, rank, high, low=1):
    """Return one number for all axes, or one for each."""
    if rng.random() < 0.5:
        return int(rng.integers(low, high))
    return tuple(int(n) for n in rng.integers(low, high, rank))


def shape(rng, rank, low=5, high=9):
    return (*(int(n) for n in rng.integers(low, high, rank)), int(rng.integers(1, 6)))


def weighted(rng):
    """Return the arguments of layers with a kernel."""
    return {
        "activation": pick(rng, ACTIVATIONS),
        "use_bias": bool(rng.random() < 0.7),
        "bias_initializer": SPREAD,
        "bias_regularizer": pick(rng, [None, "l2"]),
    }


def moved(rng, rank, alike=False):
    """Return strides or dilations, not both."""
    kind = rng.integers(3)
    found = int(rng.integers(2, 4)) if alike else several(rng, rank, 4)
    return [{}, {"strides": found}, {"dilation_rate": several(rng, rank, 3)}][kind]


def convolution(rank):
    def draw(rng):
        paddings = ["valid", "same", "causal"][: 4 - rank]
        return weighted(rng) | moved(rng, rank) | {
            "filters": int(rng.integers(1, 20)),
            "kernel_size": several(rng, rank, 4),
            "padding": pick(rng, paddings),
            "kernel_regularizer": pick(
                rng, [None, {"name": "l1_l2", "l1": 0.1, "l2": 0.2}]
            ),
        }, shape(rng, rank)

    return draw


def transposed(rank):
    def draw(rng):
        strides = several(rng, rank, 4)
        least = strides if isinstance(strides, int) else min(strides)
        return weighted(rng) | {
            "filters": int(rng.integers(1, 12)),
            "kernel_size": several(rng, rank, 5, low=least),
            "strides": strides,
            "padding": pick(rng, ["valid", "same"]),
        }, shape(rng, rank, 3, 6)

    return draw


def depthwise(rng):
    return weighted(rng) | moved(rng, 2, alike=True) | {
        "kernel_size": several(rng, 2, 4),
        "padding": pick(rng, ["valid", "same"]),
        "depth_multiplier": int(rng.integers(1, 4)),
    }, shape(rng, 2)


def pooling(rank):
    def draw(rng):
        return {
            "pool_size": several(rng, rank, 4),
            "strides": pick(rng, [None, several(rng, rank, 4)]),
            "padding": pick(rng, ["valid", "same"]),
        }, shape(rng, rank)

    return draw


def global_pooling(rank):
    def draw(rng):
        return {"keepdims": bool(rng.random() < 0.5)}, shape(rng, rank, low=1)

    return draw


def zero_padding(rank):
    def draw(rng):
        value = int(rng.integers(0, 3))
        if rng.random() < 0.7:
            value = tuple(several(rng, 2, 3, low=0) for _ in range(rank))
            value = value if rank == 2 else several_always(rng)
        return {"padding": value}, shape(rng, rank)

    return draw


def several_always(rng):
    return tuple(int(n) for n in rng.integers(0, 3, 2))


def cropping(rank):
    def draw(rng):
        arguments, row = zero_padding(rank)(rng)
        return {"cropping": arguments["padding"]}, row

    return draw


def up_sampling(interpolation):
    def draw(rng):
        arguments = {"size": several(rng, 2, 4), "interpolation": interpolation}
        return arguments, shape(rng, 2, 2, 6)

    return draw


def up_sampling_steps(rng):
    return {"size": int(rng.integers(1, 4))}, shape(rng, 1)


def permute(rng):
    rank = int(rng.integers(1, 4))
    dims = tuple(int(n) + 1 for n in rng.permutation(rank))
    return {"dims": dims}, tuple(int(n) for n in rng.integers(1, 6, rank))


def rescaling(rng):
    row = shape(rng, 2)
    numbers = rng.standard_normal(row[-1]).tolist()
    return {
        "scale": pick(rng, [0.5, 1 / 255, numbers]),
        "offset": pick(rng, [0.0, -1.5, numbers]),
    }, row


def normalization(rng):
    row = shape(rng, 2)
    axis = pick(rng, [-1, None, 1, (1, 3), (-1, -2)])
    arguments = {"axis": axis, "invert": bool(rng.random() < 0.3)}
    if axis == -1 and rng.random() < 0.7:
        mean = rng.standard_normal(row[-1])
        variance = rng.random(row[-1]) * (rng.random(row[-1]) < 0.8)
        arguments |= {"mean": mean.tolist(), "variance": variance.tolist()}
    elif axis != -1 and rng.random() < 0.3:
        arguments |= {"mean": 0.5, "variance": 2.0}
    return arguments, row


#: How to draw arguments and the shape of a row; the tolerances in float64 and float32.
LAYERS = {
    "Conv1D": (convolution(1), 1e-12, 5e-6),
    "Conv2D": (convolution(2), 1e-12, 5e-6),
    "Conv1DTranspose": (transposed(1), 1e-12, 5e-6),
    "Conv2DTranspose": (transposed(2), 1e-12, 5e-6),
    "DepthwiseConv2D": (depthwise, 1e-12, 5e-6),
    "MaxPooling1D": (pooling(1), 1e-12, 1e-6),
    "MaxPooling2D": (pooling(2), 1e-12, 1e-6),
    "AveragePooling1D": (pooling(1), 1e-12, 1e-6),
    "AveragePooling2D": (pooling(2), 1e-12, 1e-6),
    "GlobalMaxPooling1D": (global_pooling(1), 1e-12, 1e-6),
    "GlobalMaxPooling2D": (global_pooling(2), 1e-12, 1e-6),
    "GlobalAveragePooling1D": (global_pooling(1), 1e-12, 1e-6),
    "GlobalAveragePooling2D": (global_pooling(2), 1e-12, 1e-6),
    "ZeroPadding1D": (zero_padding(1), 1e-12, 0),
    "ZeroPadding2D": (zero_padding(2), 1e-12, 0),
    "Cropping1D": (cropping(1), 1e-12, 0),
    "Cropping2D": (cropping(2), 1e-12, 0),
    "UpSampling1D": (
        lambda rng: ({"size": int(rng.integers(1, 4))}, shape(rng, 1)),
        1e-12,
        1e-6,
    ),
    "UpSampling2D nearest": (up_sampling("nearest"), 1e-12, 1e-6),
    "UpSampling2D bilinear": (up_sampling("bilinear"), 1e-6, 1e-6),
    "Permute": (permute, 1e-12, 0),
    "Rescaling": (rescaling, 1e-12, 1e-6),
    "Normalization": (normalization, 1e-12, 1e-6),
}


def compare(model, twin, x, tolerance, label):
    """Compare outputs, penalties, and all gradients."""
    ours = model.forward(x, training=True)
    inputs = tf.constant(x)
    mix = np.random.default_rng(3).standard_normal(ours.shape).astype(x.dtype)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        theirs = twin(inputs, training=True)
        loss = tf.reduce_sum(theirs * mix)
        for penalty in twin.losses:
            loss += tf.cast(penalty, loss.dtype)
    slopes = tape.gradient(loss, [inputs, *twin.trainable_weights])
    pairs = [(ours.copy(), theirs)]
    by_x = model.backward(mix.copy(), input_gradient=True)
    pairs.append((by_x, slopes[0]))
    pairs += zip(model.gradients, slopes[1:], strict=True)
    for k, (actual, expected) in enumerate(pairs):
        expected = np.zeros_like(x) if expected is None else expected.numpy()
        scale = max(1.0, np.abs(expected).max())
        assert actual.dtype == expected.dtype
        np.testing.assert_allclose(
            actual, expected, 0, tolerance * scale, err_msg=f"{label}, array {k}"
        )


@pytest.mark.filterwarnings("ignore:.*softmax over axis")
@pytest.mark.parametrize("case", LAYERS)
def test_random_configurations(case):
    draw, double, single = LAYERS[case]
    name = case.partition(" ")[0]
    rng = np.random.default_rng(sum(map(ord, case)))
    for number in range(COUNT):
        arguments, row = draw(rng)
        for dtype, tolerance in (("float64", double), ("float32", single)):
            model = Sequential(
                [layers.REGISTRY[name](**arguments)], row, dtype, seed=number
            )
            ours = model.layers[0]
            theirs = getattr(keras.layers, name).from_config(ours.get_config())
            theirs.build((None, *row))
            theirs.set_weights(model.get_weights())
            assert tuple(theirs.compute_output_shape((2, *row)))[1:] == (
                model.output_shape
            )
            label = f"{name} {arguments} {row} {dtype}"
            # Whole numbers in places, so that pooling meets equal values.
            x = rng.standard_normal((3, *row)).astype(dtype)
            x[0] = np.round(x[0])
            compare(model, theirs, x, tolerance, label)
        again = layers.get({"class_name": name, "config": theirs.get_config()})
        assert again.get_config() == ours.clone().get_config()
