"""TensorFlow is imported once for all tests of this folder, on one thread."""

import pytest

from optlab.validation.runtime import load


@pytest.fixture(scope="session", autouse=True)
def runtime():
    return load()
