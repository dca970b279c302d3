"""The dropout kernels: how often, which entries, what happens to them."""

import numpy as np
import pytest

from optlab.kernels import dropout


def mask(draw=0.25, seed=0, rate=0.5, size=100_000):
    found = np.empty(size, bool)
    dropout.draw_mask(draw, seed, rate, found)
    return found


@pytest.mark.parametrize("rate", [0.0, 0.01, 0.3, 0.5, 0.99, 1.0])
def test_fraction_dropped(rate):
    # Five standard deviations of a binomial share.
    bound = 5 * np.sqrt(rate * (1 - rate) / 100_000)
    assert abs((~mask(rate=rate)).mean() - rate) <= bound


@pytest.mark.parametrize("other", [{"draw": 0.25 + 2**-50}, {"seed": 1}])
def test_masks_are_repeatable_and_unrelated(other):
    first = mask()
    np.testing.assert_array_equal(first, mask())
    agreement = (first == mask(**other)).mean()
    assert abs(agreement - 0.5) < 0.01


@pytest.mark.parametrize("lag", [1, 2, 8, 128])
def test_neighbours_are_independent(lag):
    found = mask()
    assert abs((found[lag:] == found[:-lag]).mean() - 0.5) < 0.01


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_entries_are_kept_or_zeroed(dtype):
    x = np.array([1, -2, np.nan, np.inf, 5], dtype)
    keep = np.array([True, True, False, False, False])
    out = np.empty_like(x)
    scale = dtype(1 / 0.7)
    dropout.forward(x, scale, keep, out)
    expected = np.array([scale, dtype(-2) * scale, 0, 0, 0])
    np.testing.assert_array_equal(out, expected)
    assert out.dtype == dtype
    dropout.backward(x, scale, keep)
    np.testing.assert_array_equal(x, expected)
