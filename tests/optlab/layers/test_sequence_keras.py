"""Embedding, masking, wrappers, layer normalization and rectifiers against tf.keras."""

import numpy as np
import pytest

from optlab.layers import (
    ELU,
    LSTM,
    Bidirectional,
    Dense,
    Embedding,
    LayerNormalization,
    LeakyReLU,
    Masking,
    PReLU,
    ReLU,
    RepeatVector,
    SimpleRNN,
    Softmax,
    TimeDistributed,
    configuration,
    get,
)
from optlab.validation.checks.one_layer import (
    largest_error,
    model_of,
    pairs,
    slope_error,
    twin_of,
)

CONFIGURATIONS = 40


def flag(rng):
    return bool(rng.random() < 0.5)


def shape_of(rng, low=1, high=3):
    return tuple(int(n) for n in rng.integers(1, 6, rng.integers(low, high + 1)))


def numbers(rng, rows, shape):
    return rng.standard_normal((rows, *shape)) * 2


def embedding(rng):
    size = int(rng.integers(1, 9))
    layer = Embedding(size, int(rng.integers(1, 6)), mask_zero=flag(rng))
    shape = shape_of(rng)
    return layer, shape, rng.integers(0, size, (7, *shape)).astype(float)


def masking(rng):
    layer = Masking(mask_value=float(rng.integers(-1, 2)))
    shape = shape_of(rng, 2)
    return layer, shape, rng.integers(-1, 2, (9, *shape)).astype(float)


def layer_normalization(rng):
    shape = shape_of(rng)
    count = int(rng.integers(1, len(shape) + 1))
    axis = [-1, len(shape)][flag(rng)] if count == 1 else list(range(-count, 0))
    options = {"center": flag(rng), "scale": flag(rng)}
    epsilon = float(rng.choice([1e-3, 1e-6, 0.1]))
    layer = LayerNormalization(axis, epsilon=epsilon, **options)
    return layer, shape, numbers(rng, 8, shape) + 3


def leaky_relu(rng):
    shape = shape_of(rng)
    layer = LeakyReLU(negative_slope=float(rng.random())) if flag(rng) else LeakyReLU()
    return layer, shape, numbers(rng, 6, shape)


def elu(rng):
    shape = shape_of(rng)
    layer = ELU(alpha=float(rng.random()) + 0.1) if flag(rng) else ELU()
    return layer, shape, numbers(rng, 6, shape)


def relu(rng):
    shape = shape_of(rng)
    options = {}
    if flag(rng):
        options["max_value"] = [6.0, 1.5, 0.5][rng.integers(3)]
    if flag(rng):
        options["negative_slope"] = float(np.float32(rng.random()))
    if flag(rng):
        options["threshold"] = float(rng.random())
    return ReLU(**options), shape, numbers(rng, 6, shape)


def prelu(rng):
    shape = shape_of(rng)
    axes = [k for k in range(1, len(shape) + 1) if flag(rng)] or None
    return PReLU(shared_axes=axes), shape, numbers(rng, 6, shape)


def softmax(rng):
    # Over one entry tf.keras warns.
    shape = (*shape_of(rng, 1, 2), int(rng.integers(2, 6)))
    return Softmax([-1, len(shape)][flag(rng)]), shape, numbers(rng, 6, shape)


def repeat_vector(rng):
    shape = shape_of(rng, 1, 1)
    return RepeatVector(int(rng.integers(1, 6))), shape, numbers(rng, 6, shape)


def time_distributed(rng):
    shape = shape_of(rng, 2)
    if len(shape) == 3 and flag(rng):
        inner = SimpleRNN(3, return_sequences=flag(rng))
    else:
        inner = Dense(int(rng.integers(1, 5)), activation="tanh", use_bias=flag(rng))
    return TimeDistributed(inner), shape, numbers(rng, 6, shape)


def bidirectional(rng):
    shape = shape_of(rng, 2, 2)
    units, sequences = int(rng.integers(1, 5)), flag(rng)
    cls = [LSTM, SimpleRNN][rng.integers(2)]
    own = flag(rng)
    inner = cls(units, return_sequences=sequences, go_backwards=own and flag(rng))
    options = {"merge_mode": str(rng.choice(["concat", "sum", "ave", "mul"]))}
    if own:
        options["backward_layer"] = SimpleRNN(
            units,
            return_sequences=sequences,
            go_backwards=not inner.go_backwards,
            name="other",
        )
    return Bidirectional(inner, **options), shape, numbers(rng, 6, shape)


#: What makes a random layer with inputs for it, and the bound of float32. Sums of at
#: most 25 terms, and TensorFlow's exp and rsqrt differ in the last bit; rows of small
#: variance amplify theirs. Measured in float32: softmax 3.6e-7, prelu 1.2e-7, elu
#: 5.9e-8, time_distributed 5.5e-7, layer_normalization 2.1e-5.
CASES = {
    embedding: 1e-6,
    masking: 0.0,
    layer_normalization: 1e-4,
    leaky_relu: 0.0,
    elu: 1e-6,
    relu: 1e-6,
    prelu: 1e-6,
    softmax: 1e-6,
    repeat_vector: 1e-6,
    time_distributed: 1e-5,
    bidirectional: 1e-5,
}
MASKED = (bidirectional,)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_random_configurations(case):
    for seed in range(CONFIGURATIONS):
        rng = np.random.default_rng(seed)
        dtype = "float32" if seed % 4 == 0 else "float64"
        layer, shape, x = case(rng)
        model = model_of(layer, shape, dtype, rng)
        twin = twin_of(layer)
        x = x.astype(dtype)
        mask = None
        if case in MASKED and seed % 2:
            mask = rng.random((len(x), shape[0])) < 0.7
        worst, tensor = largest_error(pairs(model, twin, x, mask))
        bound = CASES[case] if dtype == "float32" else 1e-12
        assert worst <= bound, f"{tensor}: {configuration(layer)}, {shape}, seed {seed}"
        again = get({"class_name": type(layer).__name__, "config": twin.get_config()})
        assert plain(again) == plain(layer)
        ours, theirs = layer.compute_mask(x, mask), twin.compute_mask(x, mask)
        assert (ours is None) == (theirs is None)
        if ours is not None:
            np.testing.assert_array_equal(ours, theirs)
        if seed < 8 and dtype == "float64" and case not in (embedding, masking):
            assert slope_error(model, x, mask) < 1e-6


def plain(layer):
    """Return a layer's table without what tf.keras fills in."""
    table = configuration(layer)
    for key in ("name", "layer", "backward_layer"):
        if isinstance(table.get(key), dict):
            table[key] = {
                k: v
                for k, v in table[key].items()
                if k not in ("name", "zero_output_for_mask")
            }
        else:
            table.pop(key, None)
    if "shared_axes" in table:
        table["shared_axes"] = list(table["shared_axes"])
    return table
