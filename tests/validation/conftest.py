"""TensorFlow is imported once for all tests of this folder, on one thread, and seeded."""

import pytest

from optlab.validation.runtime import load


@pytest.fixture(scope="session", autouse=True)
def runtime():
    return load()


@pytest.fixture(autouse=True)
def seeds(runtime):
    runtime.keras.utils.set_random_seed(0)
