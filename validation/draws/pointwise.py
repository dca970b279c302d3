"""Random layers that keep the shape of their inputs, and the dense one."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.layers import (
    ELU,
    Activation,
    ActivityRegularization,
    BatchNormalization,
    Dense,
    Dropout,
    GaussianDropout,
    GaussianNoise,
    LayerNormalization,
    LeakyReLU,
    PReLU,
    ReLU,
    Softmax,
)
from optlab.validation.draws.drawn import (
    EXP,
    ORDER,
    PENALTY,
    SPREAD,
    Bounds,
    Draw,
    Drawn,
    Rng,
    flag,
    numbers,
    pick,
    row_shape,
    some_mask,
)

_POSITIVE = {"name": "random_uniform", "minval": 0.5, "maxval": 2.0}
#: Both of tf.keras and of ours, and with arguments of their own.
_ACTIVATIONS = ["linear", "relu", "tanh", "gelu", "softmax", "mish", "sigmoid", "silu"]


def _dense(rng: Rng) -> Drawn:
    layer = Dense(
        int(rng.integers(2, 20)),
        pick(rng, _ACTIVATIONS),
        use_bias=flag(rng, 0.7),
        bias_initializer=SPREAD,
        kernel_regularizer=pick(rng, [None, "l2", PENALTY]),
        bias_regularizer=pick(rng, [None, {"name": "l1", "l1": 0.25}]),
        activity_regularizer=pick(rng, [None, PENALTY]),
    )
    return Drawn(layer, numbers(rng, int(rng.integers(1, 40)), row_shape(rng)))


def _activation(rng: Rng) -> Drawn:
    shape = (*row_shape(rng, 0, 2), int(rng.integers(2, 9)))
    return Drawn(Activation(pick(rng, _ACTIVATIONS)), numbers(rng, 7, shape))


def _batch_normalization(rng: Rng) -> Drawn:
    shape = row_shape(rng)
    layer = BatchNormalization(
        momentum=float(rng.uniform(0.3, 0.99)),
        epsilon=pick(rng, [1e-3, 0.1]),
        center=flag(rng, 0.7),
        scale=flag(rng, 0.7),
        beta_regularizer=pick(rng, [None, "l2"]),
        beta_initializer=SPREAD,
        gamma_initializer=_POSITIVE,
        moving_mean_initializer=SPREAD,
        moving_variance_initializer=_POSITIVE,
        trainable=flag(rng, 0.8),
    )
    x = numbers(rng, int(rng.integers(4, 20)), shape) + 1
    mask = some_mask(rng, len(x), shape[0]) if len(shape) == 2 else None
    return Drawn(layer, x, mask, training=flag(rng, 0.8))


def _layer_normalization(rng: Rng) -> Drawn:
    # Of one or two entries the gradient is 0 but for roundings, which are amplified.
    shape = (*row_shape(rng, 0, 2), int(rng.integers(3, 8)))
    count = int(rng.integers(1, len(shape) + 1))
    axis: Any = list(range(-count, 0))
    if count == 1:
        axis = pick(rng, [-1, len(shape)])
    layer = LayerNormalization(
        axis,
        epsilon=pick(rng, [1e-3, 1e-6, 0.1]),
        center=flag(rng),
        scale=flag(rng),
    )
    return Drawn(layer, rng.standard_normal((8, *shape)) * 2 + 3)


def _leaky_relu(rng: Rng) -> Drawn:
    layer = LeakyReLU(negative_slope=float(rng.random())) if flag(rng) else LeakyReLU()
    return Drawn(layer, numbers(rng, 6, row_shape(rng)))


def _elu(rng: Rng) -> Drawn:
    layer = ELU(alpha=float(rng.random()) + 0.1) if flag(rng) else ELU()
    return Drawn(layer, numbers(rng, 6, row_shape(rng)))


def _relu(rng: Rng) -> Drawn:
    options: dict[str, Any] = {}
    if flag(rng):
        options["max_value"] = pick(rng, [6.0, 1.5, 0.5])
    if flag(rng):
        options["negative_slope"] = float(np.float32(rng.random()))
    if flag(rng):
        options["threshold"] = float(rng.random())
    return Drawn(ReLU(**options), numbers(rng, 6, row_shape(rng)))


def _prelu(rng: Rng) -> Drawn:
    shape = row_shape(rng)
    axes = [k for k in range(1, len(shape) + 1) if flag(rng)] or None
    return Drawn(PReLU(shared_axes=axes), numbers(rng, 6, shape))


def _softmax(rng: Rng) -> Drawn:
    # Over one entry tf.keras warns.
    shape = (*row_shape(rng, 1, 2), int(rng.integers(2, 6)))
    return Drawn(Softmax(pick(rng, [-1, len(shape)])), numbers(rng, 6, shape))


def _activity_regularization(rng: Rng) -> Drawn:
    layer = ActivityRegularization(l1=pick(rng, [0.0, 0.3]), l2=pick(rng, [0.0, 0.7]))
    return Drawn(layer, numbers(rng, 6, row_shape(rng)))


def _at_inference(cls: Any) -> Draw:
    """Draw a layer of noise, which does nothing but in training."""

    def draw(rng: Rng) -> Drawn:
        return Drawn(cls(0.4), numbers(rng, 6, row_shape(rng)), training=False)

    return draw


POINTWISE: dict[str, Draw] = {
    "Dense": _dense,
    "Activation": _activation,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "LeakyReLU": _leaky_relu,
    "ELU": _elu,
    "ReLU": _relu,
    "PReLU": _prelu,
    "Softmax": _softmax,
    "ActivityRegularization": _activity_regularization,
    **{
        cls.__name__: _at_inference(cls)
        for cls in (Dropout, GaussianDropout, GaussianNoise)
    },
}

_MEANS = "means in another order"
#: See `Bounds`.
POINTWISE_BOUNDS: Bounds = {
    "Dense": (32.0, 32.0, f"{ORDER}; {EXP}"),
    "Activation": (16.0, 16.0, EXP),
    "BatchNormalization": (32.0, 16.0, _MEANS),
    "LayerNormalization": (64.0, 256.0, f"{_MEANS}; rows of small variance amplify it"),
    "ELU": (4.0, 4.0, EXP),
    "PReLU": (16.0, 16.0, "the slopes' gradients summed in another order"),
    "Softmax": (8.0, 16.0, EXP),
    "ActivityRegularization": (0.5, 0.5, "the factors are multiplied in another order"),
}
