import numpy as np
import pytest

from optlab.data import load
from optlab.data.generators import GENERATORS, check_options, defaults
from optlab.errors import InputError


@pytest.mark.parametrize("name", sorted(GENERATORS))
def test_shapes_task_and_seed(name):
    data = load(name, options={"n_samples": 50}, seed=3)
    again = load(name, options={"n_samples": 50}, seed=3)
    other = load(name, options={"n_samples": 50}, seed=4)
    assert len(data.x) == 40
    assert len(data.x_val) == 10
    assert data.task == GENERATORS[name][1]
    np.testing.assert_array_equal(data.x, again.x)
    assert not np.array_equal(data.x, other.x)


def test_what_they_promise():
    inner = load("circles", options={"noise": 0.0, "factor": 0.25}, validation=0)
    radii = np.hypot(*inner.x.T)
    np.testing.assert_allclose(radii[inner.y == 1], 0.25, rtol=1e-6)
    np.testing.assert_allclose(radii[inner.y == 0], 1.0, rtol=1e-6)

    rare = load("imbalanced", options={"minority": 0.1}, validation=0)
    assert np.mean(rare.y) == pytest.approx(0.1, abs=0.01)

    line = load("linear", options={"noise": 0.0, "bias": 3.0}, validation=0)
    design = np.column_stack([line.x, np.ones(len(line.x))])
    solution, residual, *_ = np.linalg.lstsq(design, line.y)
    assert solution[-1] == pytest.approx(3.0, abs=1e-4)
    assert residual[0] < 1e-8

    wave = load("sine", options={"noise": 0.0, "periods": 2}, validation=0)
    np.testing.assert_allclose(np.sin(wave.x[:, 0]), wave.y, atol=2e-6)
    assert np.abs(wave.x).max() > np.pi

    sums = load("adding", options={"steps": 6}, validation=0)
    assert sums.x.shape == (1000, 6, 2)
    np.testing.assert_array_equal(sums.x[:, :3, 1].sum(axis=1), 1)
    np.testing.assert_array_equal(sums.x[:, 3:, 1].sum(axis=1), 1)
    np.testing.assert_allclose(sums.x.prod(axis=2).sum(axis=1), sums.y, rtol=1e-6)

    words = load("sentences", options={"vocabulary": 50}, validation=0)
    assert (words.x.min(), words.x.max()) == (0, 49)
    more = ((words.x > 5) & (words.x <= 10)).sum(axis=1)
    less = ((words.x > 0) & (words.x <= 5)).sum(axis=1)
    np.testing.assert_array_equal(words.y[more > less], 1)
    np.testing.assert_array_equal(words.y[more < less], 0)

    two = load("blobs", options={"centers": 2}, validation=0)
    assert two.task == "binary"


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("moons", {"nois": 0.1}, "Did you mean 'noise'?"),
        ("moons", {"noise": -0.1}, "noise must be in [0, inf]. Received: noise=-0.1"),
        ("moons", {"noise": "x"}, "noise must be a number"),
        ("blobs", {"centers": 2.5}, "centers must be a whole number"),
        ("blobs", {"n_samples": 0}, "n_samples must be in [1"),
        ("circles", {"factor": 1}, "factor must be below 1"),
        ("imbalanced", {"n_features": 1}, "n_features must be at least 2"),
        ("sine", {"noise": float("nan")}, "noise must be in"),
    ],
)
def test_bad_options(name, options, message):
    with pytest.raises(InputError) as caught:
        load(name, options=options)
    assert message in str(caught.value)


def test_defaults_pass_their_own_check():
    for name in GENERATORS:
        assert check_options(name, defaults(name)) == []
