"""Initializers: the distributions promised, seeds, shapes, bad arguments."""

import numpy as np
import pytest

from optlab import initializers
from optlab.errors import InputError

SHAPE = (300, 200)
#: Name, variance for SHAPE, and the largest absolute value there can be.
CUT = 2 / 0.87962566103423978
SCALED = [
    ("glorot_uniform", 2 / 500, np.sqrt(3)),
    ("glorot_normal", 2 / 500, CUT),
    ("he_uniform", 2 / 300, np.sqrt(3)),
    ("he_normal", 2 / 300, CUT),
    ("lecun_uniform", 1 / 300, np.sqrt(3)),
    ("lecun_normal", 1 / 300, CUT),
    ("variance_scaling", 1 / 300, CUT),
    ("random_uniform", 0.1**2 / 12, np.sqrt(3)),
    ("random_normal", 0.05**2, np.inf),
    ("truncated_normal", (0.05 / CUT * 2) ** 2, CUT),
]


def draw(identifier, shape=SHAPE, dtype="float64", seed=0):
    return initializers.get(identifier)(shape, dtype, np.random.default_rng(seed))


@pytest.mark.parametrize(("name", "variance", "limit"), SCALED)
def test_mean_variance_and_limits(name, variance, limit):
    values = draw(name)
    deviation = np.sqrt(variance)
    assert abs(values.mean()) < 5 * deviation / np.sqrt(values.size)
    assert values.var() == pytest.approx(variance, rel=0.02)
    largest = np.abs(values).max() / deviation
    assert largest <= limit * (1 + 1e-12)
    assert largest > min(limit, 3.5) * 0.99


@pytest.mark.parametrize(
    ("options", "variance"),
    [
        ({"scale": 3.0, "mode": "fan_out"}, 3 / 200),
        ({"mode": "fan_avg", "distribution": "untruncated_normal"}, 1 / 250),
        ({"distribution": "uniform"}, 1 / 300),
        ({"distribution": "normal"}, 1 / 300),
    ],
)
def test_variance_scaling_options(options, variance):
    values = draw({"name": "variance_scaling", **options})
    assert values.var() == pytest.approx(variance, rel=0.02)


@pytest.mark.parametrize(
    ("identifier", "expected"),
    [
        ("zeros", [[0, 0, 0], [0, 0, 0]]),
        ("ones", [[1, 1, 1], [1, 1, 1]]),
        ({"name": "constant", "value": 0.5}, [[0.5] * 3, [0.5] * 3]),
        ({"name": "constant", "value": [1, 2, 3]}, [[1, 2, 3], [1, 2, 3]]),
        ({"name": "identity", "gain": 2.0}, [[2, 0, 0], [0, 2, 0]]),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_fixed_values(identifier, expected, dtype):
    values = draw(identifier, (2, 3), dtype)
    np.testing.assert_array_equal(values, expected)
    assert values.dtype == dtype
    assert values.flags.writeable


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (2, 3, 4)])
def test_orthogonal(shape):
    values = draw({"name": "orthogonal", "gain": 2.0}, shape).reshape(-1, shape[-1])
    small = (
        values.T @ values if values.shape[0] >= values.shape[1] else values @ values.T
    )
    np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-12)


def test_orthogonal_has_no_preferred_sign():
    diagonal = [draw("orthogonal", (1, 1), seed=seed).item() for seed in range(40)]
    assert 10 < sum(value > 0 for value in diagonal) < 30


@pytest.mark.parametrize("name", initializers.names())
def test_both_dtypes_start_from_the_same_place(name):
    single, double = draw(name, (4, 3), "float32"), draw(name, (4, 3), "float64")
    np.testing.assert_array_equal(single, double.astype("float32"))


def test_seeds():
    own = initializers.HeNormal(seed=3)
    np.testing.assert_array_equal(
        own((4, 2)), own((4, 2), rng=np.random.default_rng(9))
    )
    plain, rng = initializers.HeNormal(), np.random.default_rng(0)
    assert not np.array_equal(plain((4, 2), rng=rng), plain((4, 2), rng=rng))
    assert not np.array_equal(plain((4, 2)), plain((4, 2)))


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((3, 5), (3, 5)), ((7,), (7, 7)), ((), (1, 1)), ((2, 2, 3, 5), (12, 20))],
)
def test_fans(shape, expected):
    assert initializers.fans(shape) == expected


@pytest.mark.parametrize("name", initializers.names())
def test_config_round_trip(name):
    made = initializers.get(name)
    again = initializers.get(initializers.serialize(made))
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert type(made).from_config(made.get_config()).get_config() == made.get_config()
    assert type(made).__name__ in repr(made)


def test_functions():
    made = initializers.get(lambda shape, dtype, rng: np.full(shape, 2, dtype))
    assert made((2,), "float32", None).tolist() == [2, 2]
    with pytest.raises(InputError, match="A function has no configuration"):
        initializers.serialize(made)
    with pytest.raises(InputError, match=r"must take \(shape, dtype, rng\)"):
        initializers.get(lambda: 1)


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("he_norm", "Unknown initializer 'he_norm'. Did you mean 'he_normal'?"),
        ({"name": "random_normal", "std": 1}, "Did you mean 'stddev'?"),
        ({"name": "random_normal", "stddev": -1}, "`stddev` must be at least 0"),
        ({"name": "random_uniform", "minval": 1}, "`maxval` must be at least `minval`"),
        ({"name": "constant", "value": "x"}, "`value` must be numbers"),
        ({"name": "variance_scaling", "scale": 0}, "`scale` must be above 0"),
        ({"name": "variance_scaling", "mode": "fan"}, "Unknown mode of an initializer"),
        (
            {"name": "variance_scaling", "distribution": "cauchy"},
            "Unknown distribution of an initializer",
        ),
        ({"name": "he_normal", "seed": 1.5}, "`seed` must be None or an integer"),
    ],
)
def test_bad_arguments(identifier, message):
    with pytest.raises(InputError) as caught:
        initializers.get(identifier)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("identifier", "message"),
    [
        ("orthogonal", "at least two dimensions"),
        ("identity", "two dimensions"),
        ({"name": "constant", "value": [1, 2]}, "does not fit"),
    ],
)
def test_weights_of_an_unsuitable_shape(identifier, message):
    with pytest.raises(InputError, match=message):
        draw(identifier, (3,))


@pytest.mark.parametrize("name", ["zeros", "ones", "random_normal"])
def test_a_weight_of_no_axes(name):
    assert initializers.get(name)((), "float32").shape == ()
