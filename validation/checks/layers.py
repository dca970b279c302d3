"""Layers forward and backward against tf.keras: outputs and all gradients."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optlab.layers import (
    Activation,
    AveragePooling1D,
    AveragePooling2D,
    BatchNormalization,
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    Layer,
    MaxPooling1D,
    MaxPooling2D,
    Normalization,
    Permute,
    Rescaling,
    Reshape,
    Residual,
    SpatialDropout2D,
    UpSampling2D,
    ZeroPadding2D,
)
from optlab.model import Sequential
from optlab.typing import Array
from optlab.validation.checks.tolerances import layer_tolerance
from optlab.validation.parity import Comparison, Tolerance, Where, compare
from optlab.validation.results import Result
from optlab.validation.runs.twin_step import dropouts
from optlab.validation.runtime import load
from optlab.validation.twins.models import model_to_keras
from optlab.validation.twins.replay import replayed_dropout

ACTIVATIONS = (
    "linear",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "tanh",
    "sigmoid",
    "softplus",
    "exponential",
    "softmax",
    "mish",
    "softsign",
    "hard_sigmoid",
    "log_softmax",
)

_ROWS, _UNITS = 37, 12
_IMAGE, _STEPS = (4, 3, 1), (6, 2)


def stacks() -> dict[str, list[Layer]]:
    """Return the stacks of layers to compare, by name; new ones each time."""
    found: dict[str, list[Layer]] = {
        f"activation {name}": [Activation(name)] for name in ACTIVATIONS
    }
    found |= {
        "dense": [Dense(7)],
        "dense relu": [Dense(7, activation="relu")],
        "dense regularized": [
            Dense(7, kernel_regularizer={"name": "l1_l2", "l1": 0.01, "l2": 0.02})
        ],
        "batch normalization": [BatchNormalization()],
        "dropout": [Dense(9), Dropout(0.4)],
        "residual": [Residual([Dense(_UNITS, activation="tanh")])],
        "deep": [
            Dense(20, activation="gelu"),
            BatchNormalization(),
            Dense(20, activation="elu"),
            Dropout(0.2),
            Dense(3, activation="softmax"),
        ],
    }
    return found | _images()


def _images() -> dict[str, list[Layer]]:
    """Return the stacks over images and sequences."""
    relu: dict[str, Any] = {"activation": "relu"}
    after_image: dict[str, list[Layer]] = {
        "convolution": [Conv2D(5, 2, **relu)],
        "convolution same": [Conv2D(9, 3, padding="same", activation="tanh")],
        "convolution strided": [Conv2D(3, 2, strides=2, padding="same")],
        "convolution dilated": [Conv2D(3, 2, dilation_rate=(2, 1))],
        "convolution transposed": [Conv2DTranspose(3, 3, strides=2, padding="same")],
        "convolution depthwise": [DepthwiseConv2D(2, depth_multiplier=3, **relu)],
        "convolution deep": [
            Conv2D(8, 3, padding="same", **relu),
            MaxPooling2D(2, padding="same"),
            SpatialDropout2D(0.3),
            Conv2D(6, 2, **relu),
            GlobalAveragePooling2D(),
            Dense(3, activation="softmax"),
        ],
        "pooling maximum": [MaxPooling2D(2, strides=1)],
        "pooling average": [AveragePooling2D(2, padding="same")],
        "pooling global": [GlobalMaxPooling2D()],
        "shape": [
            ZeroPadding2D(1),
            Cropping2D(((0, 1), (1, 0))),
            UpSampling2D((2, 3)),
            Permute((3, 1, 2)),
        ],
        "scaling": [Rescaling(1 / 255, -0.5), Normalization(mean=0.1, variance=0.5)],
    }
    after_steps: dict[str, list[Layer]] = {
        "convolution causal": [Conv1D(4, 2, padding="causal", dilation_rate=2)],
        "convolution of steps": [
            Conv1DTranspose(4, 3, **relu),
            MaxPooling1D(2),
            AveragePooling1D(2, 1),
            GlobalAveragePooling1D(),
        ],
    }
    return {name: [Reshape(_IMAGE), *made] for name, made in after_image.items()} | {
        name: [Reshape(_STEPS), *made] for name, made in after_steps.items()
    }


def check_layers(dtypes: Sequence[str]) -> Iterator[Result]:
    """Yield a row for each stack and dtype."""
    for name in stacks():
        for dtype in dtypes:
            yield _check(name, dtype)


def _check(name: str, dtype: str) -> Result:
    started = time.perf_counter()
    model = Sequential(stacks()[name], input_shape=(_UNITS,), dtype=dtype, seed=1)
    twin = model_to_keras(model, replay=True)
    allowed = layer_tolerance(name)
    found = [
        *_forward(model, twin, name, allowed),
        *_backward(model, twin, name, allowed),
    ]
    seconds = time.perf_counter() - started
    return Result("layers", name, dtype, "eager", "", allowed, found, seconds=seconds)


def _inputs(model: Sequential) -> tuple[Array, Array]:
    """Return inputs and a gradient of the outputs."""
    rng = np.random.default_rng(5)
    x = (rng.standard_normal((_ROWS, _UNITS)) * 2).astype(model.dtype)
    grad = rng.standard_normal((_ROWS, *model.output_shape)).astype(model.dtype)
    return x, grad


def _compared(
    actual: Array, expected: Array, name: str, tensor: str, allowed: Tolerance
) -> Comparison:
    expected = np.asarray(expected)
    scale = np.full(expected.shape, np.abs(expected).max(initial=0.0))
    where = Where(name, expected.dtype.name, "eager", None, tensor)
    return compare(actual, expected, allowed, where, scale)


def _forward(
    model: Sequential, twin: Any, name: str, allowed: Tolerance
) -> Iterator[Comparison]:
    x, _ = _inputs(model)
    ours = model.forward(x).copy()
    yield _compared(ours, twin(x, training=False).numpy(), name, "inference", allowed)


def _backward(
    model: Sequential, twin: Any, name: str, allowed: Tolerance
) -> Iterator[Comparison]:
    tf = load().tf
    x, grad = _inputs(model)
    output = model.forward(x, training=True, rng=np.random.default_rng(2)).copy()
    masks = [layer.kept for layer in dropouts(model)]
    replayed = [layer for layer in twin.layers if isinstance(layer, replayed_dropout())]
    for layer, mask in zip(replayed, masks, strict=True):
        layer.mask = mask
    inputs = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        theirs = twin(inputs, training=True)
        value = tf.reduce_sum(theirs * grad)
        for penalty in twin.losses:
            value += tf.cast(penalty, value.dtype)
    variables = {
        ours: variable
        for (ours, _), variable in zip(model.weights, twin.weights, strict=True)
    }
    trained = [variables[ours] for ours in model.parameters.names]
    slopes = tape.gradient(value, [inputs, *trained])
    by_input = model.backward(grad.copy(), input_gradient=True)
    if by_input is None:
        by_input = np.zeros_like(x)
    yield _compared(output, theirs.numpy(), name, "training", allowed)
    yield _compared(by_input, slopes[0].numpy(), name, "gradient of input", allowed)
    for ours, slope in zip(model.parameters.names, slopes[1:], strict=True):
        actual = model.gradients[ours]
        yield _compared(actual, slope.numpy(), name, f"gradient of {ours}", allowed)
    for ours, array in model.non_trainable:
        yield _compared(array, variables[ours].numpy(), name, ours, allowed)
