"""TensorFlow is imported once for all tests here, on one thread; each is seeded."""

import pytest

from optlab.validation.runtime import load


@pytest.fixture(scope="session", autouse=True)
def runtime():
    return load()


@pytest.fixture(autouse=True)
def seeds(runtime):
    runtime.keras.utils.set_random_seed(0)
