"""Random layers over images, and over sequences that are treated as such."""

from __future__ import annotations

from typing import Any

from optlab import layers
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
    several,
    some_mask,
)

_ACTIVATIONS = [None, "relu", "tanh", "elu", "sigmoid", "softmax", "gelu"]
_ROWS = 3


def _shape(rng: Rng, rank: int, low: int = 5, high: int = 9) -> tuple[int, ...]:
    return (*(int(n) for n in rng.integers(low, high, rank)), int(rng.integers(1, 6)))


def _drawn(rng: Rng, name: str, arguments: Any, shape: tuple[int, ...]) -> Drawn:
    layer = layers.REGISTRY[name](**arguments)
    mask = None
    if layer.supports_masking and name.endswith("1D"):
        mask = some_mask(rng, _ROWS, shape[0])
        if mask is not None:
            mask[:, 0] = True  # the mean of no steps is NaN, on both sides
    return Drawn(layer, numbers(rng, _ROWS, shape), mask)


def _weighted(rng: Rng) -> dict[str, Any]:
    """Return the arguments of layers with a kernel."""
    channels = [None, "l2"]
    return {
        "activation": pick(rng, _ACTIVATIONS),
        "use_bias": flag(rng, 0.7),
        "bias_initializer": SPREAD,
        "bias_regularizer": pick(rng, channels),
        "activity_regularizer": pick(rng, [None, None, PENALTY]),
    }


def _moved(rng: Rng, rank: int, alike: bool = False) -> dict[str, Any]:
    """Return strides or dilations, not both."""
    kind = rng.integers(3)
    found = int(rng.integers(2, 4)) if alike else several(rng, rank, 4)
    return [{}, {"strides": found}, {"dilation_rate": several(rng, rank, 3)}][kind]


def _convolution(name: str, rank: int) -> Draw:
    def draw(rng: Rng) -> Drawn:
        paddings = ["valid", "same", "causal"][: 4 - rank]
        arguments = _weighted(rng) | _moved(rng, rank)
        arguments |= {
            "filters": int(rng.integers(2, 20)),
            "kernel_size": several(rng, rank, 4),
            "padding": pick(rng, paddings),
            "kernel_regularizer": pick(rng, [None, PENALTY]),
        }
        return _drawn(rng, name, arguments, _shape(rng, rank))

    return draw


def _transposed(name: str, rank: int) -> Draw:
    def draw(rng: Rng) -> Drawn:
        strides = several(rng, rank, 4)
        least = strides if isinstance(strides, int) else min(strides)
        arguments = _weighted(rng) | {
            "filters": int(rng.integers(2, 12)),
            "kernel_size": several(rng, rank, 5, low=least),
            "strides": strides,
            "padding": pick(rng, ["valid", "same"]),
        }
        return _drawn(rng, name, arguments, _shape(rng, rank, 3, 6))

    return draw


def _depthwise(rng: Rng) -> Drawn:
    arguments = _weighted(rng) | _moved(rng, 2, alike=True)
    arguments |= {
        "kernel_size": several(rng, 2, 4),
        "padding": pick(rng, ["valid", "same"]),
        "depth_multiplier": int(rng.integers(2, 4)),
    }
    return _drawn(rng, "DepthwiseConv2D", arguments, _shape(rng, 2))


def _pooling(name: str, rank: int) -> Draw:
    def draw(rng: Rng) -> Drawn:
        arguments = {
            "pool_size": several(rng, rank, 4),
            "strides": pick(rng, [None, several(rng, rank, 4)]),
            "padding": pick(rng, ["valid", "same"]),
        }
        return _drawn(rng, name, arguments, _shape(rng, rank))

    return draw


def _global_pooling(name: str, rank: int) -> Draw:
    def draw(rng: Rng) -> Drawn:
        return _drawn(rng, name, {"keepdims": flag(rng)}, _shape(rng, rank, low=1))

    return draw


def _margins(name: str, argument: str, rank: int) -> Draw:
    """Draw what is padded or cut: one number, one an axis, or one a side."""

    def draw(rng: Rng) -> Drawn:
        found: Any = int(rng.integers(0, 3))
        if flag(rng, 0.7):
            pairs = [tuple(int(n) for n in rng.integers(0, 3, 2)) for _ in range(rank)]
            found = pairs[0] if rank == 1 or flag(rng, 0.3) else tuple(pairs)
        return _drawn(rng, name, {argument: found}, _shape(rng, rank))

    return draw


def _up_sampling(interpolation: str) -> Draw:
    def draw(rng: Rng) -> Drawn:
        arguments = {"size": several(rng, 2, 4), "interpolation": interpolation}
        return _drawn(rng, "UpSampling2D", arguments, _shape(rng, 2, 2, 6))

    return draw


def _up_sampling_steps(rng: Rng) -> Drawn:
    arguments = {"size": int(rng.integers(1, 4))}
    return _drawn(rng, "UpSampling1D", arguments, _shape(rng, 1))


def _spatial_dropout(cls: Any, rank: int) -> Draw:
    def draw(rng: Rng) -> Drawn:
        x = numbers(rng, _ROWS, _shape(rng, rank))
        return Drawn(cls(0.4), x, training=False)

    return draw


def _normalization(rng: Rng) -> Drawn:
    row = _shape(rng, 2)
    axis = pick(rng, [-1, None, 1, (1, 3), (-1, -2)])
    arguments = {"axis": axis, "invert": flag(rng, 0.3)}
    if axis == -1 and flag(rng, 0.7):
        mean = rng.standard_normal(row[-1])
        variance = rng.random(row[-1]) * (rng.random(row[-1]) < 0.8)
        arguments |= {"mean": mean.tolist(), "variance": variance.tolist()}
    elif axis != -1 and flag(rng, 0.3):
        arguments |= {"mean": 0.5, "variance": 2.0}
    return _drawn(rng, "Normalization", arguments, row)


def _rescaling(rng: Rng) -> Drawn:
    row = _shape(rng, 2)
    factors = rng.standard_normal(row[-1]).tolist()
    arguments = {
        "scale": pick(rng, [0.5, 1 / 255, factors]),
        "offset": pick(rng, [0.0, -1.5, factors]),
    }
    return _drawn(rng, "Rescaling", arguments, row)


def _permute(rng: Rng) -> Drawn:
    rank = int(rng.integers(1, 4))
    dims = tuple(int(n) + 1 for n in rng.permutation(rank))
    shape = tuple(int(n) for n in rng.integers(1, 6, rank))
    return _drawn(rng, "Permute", {"dims": dims}, shape)


def _reshape(rng: Rng) -> Drawn:
    shape = _shape(rng, int(rng.integers(0, 4)))
    order = rng.permutation(len(shape))
    target = [shape[k] for k in order]
    if flag(rng):
        target[int(rng.integers(len(target)))] = -1
    return _drawn(rng, "Reshape", {"target_shape": tuple(target)}, shape)


def _flatten(rng: Rng) -> Drawn:
    return _drawn(rng, "Flatten", {}, _shape(rng, int(rng.integers(0, 4))))


#: By the class and what sets one entry apart from another.
IMAGES: dict[str, Draw] = {
    **{f"Conv{k}D": _convolution(f"Conv{k}D", k) for k in (1, 2)},
    **{f"Conv{k}DTranspose": _transposed(f"Conv{k}DTranspose", k) for k in (1, 2)},
    "DepthwiseConv2D": _depthwise,
    **{
        f"{kind}Pooling{k}D": _pooling(f"{kind}Pooling{k}D", k)
        for kind in ("Average", "Max")
        for k in (1, 2)
    },
    **{
        f"Global{kind}Pooling{k}D": _global_pooling(f"Global{kind}Pooling{k}D", k)
        for kind in ("Average", "Max")
        for k in (1, 2)
    },
    **{f"ZeroPadding{k}D": _margins(f"ZeroPadding{k}D", "padding", k) for k in (1, 2)},
    **{f"Cropping{k}D": _margins(f"Cropping{k}D", "cropping", k) for k in (1, 2)},
    "UpSampling1D": _up_sampling_steps,
    "UpSampling2D nearest": _up_sampling("nearest"),
    "UpSampling2D bilinear": _up_sampling("bilinear"),
    "SpatialDropout1D": _spatial_dropout(layers.SpatialDropout1D, 1),
    "SpatialDropout2D": _spatial_dropout(layers.SpatialDropout2D, 2),
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    "Permute": _permute,
    "Reshape": _reshape,
    "Flatten": _flatten,
}

_MEANS = "means in another order"
_COPIES = "the gradients of the copies summed in another order"
#: See `Bounds`.
IMAGE_BOUNDS: Bounds = {
    "Conv1D": (16.0, 32.0, f"{ORDER}; {EXP}"),
    "Conv2D": (32.0, 64.0, f"{ORDER}; {EXP}"),
    "Conv1DTranspose": (16.0, 32.0, f"{ORDER}; {EXP}"),
    "Conv2DTranspose": (16.0, 32.0, f"{ORDER}; {EXP}"),
    "DepthwiseConv2D": (32.0, 32.0, f"{ORDER}; {EXP}"),
    "AveragePooling1D": (2.0, 4.0, _MEANS),
    "AveragePooling2D": (4.0, 4.0, _MEANS),
    "GlobalAveragePooling1D": (1.0, 4.0, _MEANS),
    "GlobalAveragePooling2D": (2.0, 4.0, _MEANS),
    "UpSampling2D nearest": (4.0, 4.0, _COPIES),
    "UpSampling2D bilinear": (
        8.0,
        2.0**31,
        "TensorFlow's bilinear weights are float32 in float64 too",
    ),
}
