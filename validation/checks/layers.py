"""Layers forward and backward against tf.keras: outputs and all gradients."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optlab.layers import (
    GRU,
    LSTM,
    Activation,
    Add,
    BatchNormalization,
    Bidirectional,
    Concatenate,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    Masking,
    MaxPooling2D,
    Reshape,
    Residual,
    SpatialDropout2D,
    TimeDistributed,
)
from optlab.model import Sequential
from optlab.typing import Array
from optlab.validation.checks.one_layer import gradients_of
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
    return found | _over_steps_and_images()


def _over_steps_and_images() -> dict[str, list[Layer]]:
    """Return the stacks in which layers over images, steps and masks meet."""
    return {
        "convolution deep": [
            Reshape((4, 3, 1)),
            Conv2D(8, 3, padding="same", activation="relu"),
            MaxPooling2D(2, padding="same"),
            SpatialDropout2D(0.3),
            Conv2D(6, 2, activation="relu"),
            GlobalAveragePooling2D(),
            Dense(3, activation="softmax"),
        ],
        "recurrent deep": [
            Reshape((6, 2)),
            Masking(mask_value=0.0),
            Bidirectional(LSTM(4, return_sequences=True)),
            BatchNormalization(),
            TimeDistributed(Dense(5, activation="tanh")),
            GRU(4),
            Dense(2, activity_regularizer="l2"),
        ],
        "merging": [
            Dense(7, activation="tanh", name="one"),
            Dense(7, name="other").after("input"),
            Add(name="sum").after("one", "other"),
            Concatenate().after("one", "sum", "input"),
            LayerNormalization(),
        ],
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
    x[:5, -4:] = 0  # steps that a mask leaves out
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
    x, grad = _inputs(model)
    output = model.forward(x, training=True, rng=np.random.default_rng(2)).copy()
    masks = [layer.kept for layer in dropouts(model)]
    replayed = [layer for layer in twin.layers if isinstance(layer, replayed_dropout())]
    for layer, mask in zip(replayed, masks, strict=True):
        layer.mask = mask
    variables = {
        ours: variable
        for (ours, _), variable in zip(model.weights, twin.weights, strict=True)
    }
    trained = [variables[ours] for ours in model.parameters.names]
    inputs = load().tf.constant(x)
    theirs, slopes = gradients_of(twin, inputs, grad, trained, training=True)
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
