"""Layers, initializers and input scaling."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.validation.behaviours.catalogue import About, Figures, behaviour


@behaviour(normalized=[0.6, 0.8], layer=[-1.0, -1.0])
def normalize_divides_by_row_length() -> Figures:
    """keras.utils.normalize divides each row by its Euclidean length.

    That is neither min-max scaling nor standardization. Features of very different size
    stay so, and a row's length is lost. layers.Normalization is (x - mean) / std.
    """
    import keras

    x = np.array([[3.0, 4.0], [5.0, 12.0]])
    layer = keras.layers.Normalization()
    layer.adapt(x)
    return {
        "normalized": keras.utils.normalize(x, axis=1)[0].tolist(),
        "layer": layer(x).numpy()[0].tolist(),
    }


@behaviour(
    square=[[0.447213595, 4.47213595], [0.0894427191, 0.894427191]],
    six_by_two="ValueError",
)
def normalize_columns_is_broken() -> Figures:
    """keras.utils.normalize(axis=0) on a NumPy array is wrong, or raises.

    It divides by the wrong lengths, and raises where the array is not square. Scale
    columns with scikit-learn or a Normalization layer.
    """
    import keras

    normalize = keras.utils.normalize
    found = {"square": normalize(np.array([[1.0, 10.0], [2.0, 20.0]]), axis=0).tolist()}
    try:
        normalize(np.ones((6, 2)), axis=0)
        found["six_by_two"] = "nothing"
    except ValueError as error:
        found["six_by_two"] = type(error).__name__
    return found


@behaviour(moving_variance=1.99, output=0.953463)
def batch_normalization_constants() -> Figures:
    """BatchNormalization: epsilon 1e-3, momentum .99, biased variance.

    BatchNormalization uses epsilon 1e-3, momentum .99 and the biased variance, also
    for its moving average. Statistics need some 500 batches to settle; short runs
    evaluate badly. torch has 1e-5, momentum .1 (the other way round) and an
    unbiased moving variance.
    """
    import keras

    wide, narrow = np.array([[-10.0], [10.0]]), np.array([[-0.1], [0.1]])
    layer = keras.layers.BatchNormalization()
    layer(wide, training=True)
    variance = float(layer.moving_variance.numpy()[0])
    output = keras.layers.BatchNormalization()(narrow, training=True)
    return {"moving_variance": variance, "output": float(output[1, 0])}


@batch_normalization_constants.peer("torch", moving_variance=20.9, output=0.9995)
def _() -> Figures:
    import torch

    layer = torch.nn.BatchNorm1d(1)
    layer(torch.tensor([[-10.0], [10.0]]))
    output = torch.nn.BatchNorm1d(1)(torch.tensor([[-0.1], [0.1]]))
    return {
        "moving_variance": float(layer.running_var),
        "output": output[1, 0].item(),
    }


@behaviour(output=9.995, moving_variance=1.0)
def frozen_batch_normalization_infers() -> Figures:
    """BatchNormalization that is frozen ignores training=True.

    It normalizes by its moving statistics and leaves them as they are: what one wants
    for fine-tuning, and not what the argument says.
    """
    import keras

    layer = keras.layers.BatchNormalization()
    layer.trainable = False
    output = layer(np.array([[-10.0], [10.0]], "float32"), training=True)
    return {
        "output": float(output[1, 0]),
        "moving_variance": float(layer.moving_variance.numpy()[0]),
    }


@behaviour(moving_variance=-48.5)
def batch_normalization_momentum_is_unchecked() -> Figures:
    """BatchNormalization accepts momentum=1.5, and its variance turns negative.

    Predictions are NaN then, while training looks well. The number must be in [0, 1].
    """
    import keras

    layer = keras.layers.BatchNormalization(momentum=1.5)
    layer(np.array([[-10.0], [10.0]], "float32"), training=True)
    return {"moving_variance": float(layer.moving_variance.numpy()[0])}


@behaviour(penalty=2.0)
def l2_has_no_half() -> Figures:
    """L2(l) adds l times the sum of squares, without the half of the textbooks.

    Its gradient is 2 l w, so L2(0.01) pulls like torch's weight_decay=0.02.
    """
    import keras

    return {"penalty": float(keras.regularizers.L2(0.5)(np.array([2.0], "float32")))}


@behaviour(object_repeats=True, name_repeats=False)
def initializer_object_repeats_itself() -> Figures:
    """One initializer object gives two layers the same weights.

    A name gives each layer its own. Layers that start identical stay correlated. Pass
    the name, or a fresh object.
    """
    import keras

    def repeats(initializer: Any) -> bool:
        a, b = (keras.layers.Dense(3, kernel_initializer=initializer) for _ in range(2))
        a.build((None, 3))
        b.build((None, 3))
        return bool(np.array_equal(a.kernel.numpy(), b.kernel.numpy()))

    return {
        "object_repeats": repeats(keras.initializers.GlorotUniform()),
        "name_repeats": repeats("glorot_uniform"),
    }


@behaviour(
    deviation_over_nominal=About(1.0, 0.01), largest_over_nominal=About(2.27, 0.01)
)
def he_normal_is_truncated() -> Figures:
    """he_normal is truncated: no weight beyond 2.27 nominal deviations.

    It is cut at two standard deviations of a wider normal, so that its own standard
    deviation is sqrt(2/fan_in). torch's kaiming_normal_ has no bound.
    """
    import keras

    weights = np.asarray(keras.initializers.HeNormal(seed=0)((200, 500)))
    nominal = np.sqrt(2 / 200)
    return {
        "deviation_over_nominal": weights.std() / nominal,
        "largest_over_nominal": np.abs(weights).max() / nominal,
    }


@he_normal_is_truncated.peer(
    "torch",
    deviation_over_nominal=About(1.0, 0.01),
    largest_over_nominal=About(4.5, 0.6),
)
def _() -> Figures:
    import torch

    generator = torch.Generator().manual_seed(0)
    weights = torch.nn.init.kaiming_normal_(torch.empty(500, 200), generator=generator)
    nominal = np.sqrt(2 / 200)
    return {
        "deviation_over_nominal": weights.std().item() / nominal,
        "largest_over_nominal": weights.abs().max().item() / nominal,
    }


@behaviour(largest_kernel=About(0.245, 0.001), largest_bias=0.0)
def dense_starts_with_glorot() -> Figures:
    """Dense uses glorot_uniform with zero biases, whatever the activation.

    Deep relu networks want he_normal. torch's Linear draws kernels and biases from
    a uniform of width 1/sqrt(fan_in).
    """
    import keras

    layer = keras.layers.Dense(50)
    layer.build((None, 50))
    kernel, bias = layer.get_weights()
    return {
        "largest_kernel": float(np.abs(kernel).max()),
        "largest_bias": float(np.abs(bias).max()),
    }


@behaviour(activation=-0.2, layer=-0.3)
def leaky_relu_has_two_slopes() -> Figures:
    """leaky_relu has slope .2 as an activation and .3 as a layer.

    The two spellings are different networks; torch's slope is .01.
    """
    import keras

    x = np.array([-1.0], "float32")
    return {
        "activation": float(keras.activations.leaky_relu(x)[0]),
        "layer": float(keras.layers.LeakyReLU()(x)[0]),
    }


@leaky_relu_has_two_slopes.peer("torch", activation=-0.01, layer=-0.01)
def _() -> Figures:
    import torch

    x = torch.tensor([-1.0])
    return {
        "activation": torch.nn.functional.leaky_relu(x).item(),
        "layer": torch.nn.LeakyReLU()(x).item(),
    }
