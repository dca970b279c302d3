import numpy as np
import pytest

from optlab.data import load
from optlab.data.scaling import fit_scaling
from optlab.errors import InputError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(200, 3)) * [1, 100, 0] + [5, -7, 4]


@pytest.mark.parametrize(
    ("how", "center", "spread"),
    [
        ("standard", np.mean, np.std),
        ("robust", np.median, lambda v: np.subtract(*np.percentile(v, [75, 25]))),
        ("minmax", np.min, np.ptp),
    ],
)
def test_each_scaling_is_its_definition(how, center, spread):
    found = fit_scaling(X, how)
    scaled = found.apply(X)
    for column in range(2):
        assert center(scaled[:, column]) == pytest.approx(0, abs=1e-9)
        assert spread(scaled[:, column]) == pytest.approx(1)
    np.testing.assert_allclose(scaled[:, 2], 0, atol=1e-12)
    np.testing.assert_allclose(found.invert(scaled), X)


def test_none_skipped_and_unusable_columns():
    assert fit_scaling(X, "none") is None
    assert fit_scaling(X[:0], "standard") is None
    found = fit_scaling(X, "standard", skip=[0, 1, 2])
    np.testing.assert_array_equal(found.apply(X), X)
    gone = X.copy()
    gone[:, 1] = np.nan
    found = fit_scaling(gone, "standard")
    assert found.scale[1] == 1
    assert found.center[0] == pytest.approx(X[:, 0].mean())


@pytest.mark.parametrize("scale", ["standard", "minmax", "robust"])
def test_only_training_rows_are_fitted(tmp_path, scale):
    rng = np.random.default_rng(1)
    arrays = {"x": rng.normal(size=(50, 2)), "y": rng.normal(size=50)}
    for factor in (1, 1000):
        np.savez(
            tmp_path / f"{factor}.npz",
            **arrays,
            x_val=arrays["x"] * factor,
            y_val=arrays["y"],
        )
    one = load(str(tmp_path / "1.npz"), scale=scale)
    other = load(str(tmp_path / "1000.npz"), scale=scale)
    np.testing.assert_array_equal(one.x, other.x)
    np.testing.assert_array_equal(one.x, one.x_val)
    assert not np.array_equal(one.x_val, other.x_val)


def test_target_scale():
    data = load("diabetes", target_scale="standard", dtype="float64")
    plain = load("diabetes", dtype="float64")
    assert data.y.std() == pytest.approx(1)
    np.testing.assert_allclose(data.y_scaling.invert(data.y_val), plain.y_val)
    with pytest.raises(InputError, match="needs a numeric target"):
        load("iris", target_scale="standard")
