"""The examples in docstrings do what they show."""

import doctest
import importlib
import pkgutil

import pytest

import optlab

#: All modules but those that need TensorFlow (they have tests of their own) and the
#: module that runs the program when it is imported.
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(
        optlab.__path__, "optlab.", onerror=lambda name: None
    )
    if not module.name.startswith(("optlab.validation", "optlab.__main__"))
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
