"""What the tests of Keras programs share: a seed, and rows."""

import keras
import numpy as np
import pytest


@pytest.fixture(autouse=True)
def seeded():
    keras.utils.set_random_seed(0)


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(160, 3)).astype("float32")
    return x, (x[:, 0] * x[:, 1] > 0).astype(int)
