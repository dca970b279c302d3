"""Initializers against tf.keras: configurations both ways, the same distributions."""

import keras
import numpy as np
import pytest
from scipy import stats

from optlab import initializers

RANDOM = [
    name
    for name in initializers.names()
    if name not in ("constant", "identity", "ones", "zeros")
]


@pytest.mark.parametrize("name", initializers.names())
def test_configurations_are_exchanged(name):
    ours = initializers.get(name)
    theirs = keras.initializers.deserialize(initializers.serialize(ours))
    assert type(theirs).__name__ == type(ours).__name__
    back = initializers.get(keras.initializers.serialize(theirs))
    assert type(back) is type(ours)
    assert back.get_config() == ours.get_config()


@pytest.mark.parametrize("name", RANDOM)
def test_distributions_agree(name):
    theirs = keras.initializers.get({"class_name": name, "config": {"seed": 1}})
    expected = np.ravel(theirs((60, 90)))
    ours = initializers.get(name)((60, 90), "float32", np.random.default_rng(2))
    # Kolmogorov and Smirnov: the same distribution passes in all but 1 of 10,000 seeds.
    assert stats.ks_2samp(ours.ravel(), expected).pvalue > 1e-4


@pytest.mark.parametrize("shape", [(3, 4), (5,), (2, 3, 4)])
def test_scale_of_other_shapes(shape):
    theirs, ours, rng = [], [], np.random.default_rng(0)
    for seed in range(20):
        theirs.append(np.abs(keras.initializers.HeUniform(seed)(shape)).max())
        ours.append(np.abs(initializers.HeUniform()(shape, rng=rng)).max())
    assert max(ours) == pytest.approx(max(theirs), rel=0.1)
    assert max(*ours, *theirs) <= np.sqrt(6 / initializers.fans(shape)[0]) * (1 + 1e-6)
