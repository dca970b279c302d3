"""The public names, and what importing them costs."""

import json
import subprocess
import sys
from types import ModuleType

import pytest

import optlab

HEAVY = {
    "jax",
    "keras",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "rich",
    "scipy",
    "sklearn",
    "tensorflow",
    "torch",
    "typer",
}


def loaded_by(code):
    """Return the top-level modules and seconds of `code` in a new interpreter."""
    program = (
        "import json, sys, time\n"
        "start = time.perf_counter()\n"
        f"{code}\n"
        "seconds = time.perf_counter() - start\n"
        "print(json.dumps([sorted({m.split('.')[0] for m in sys.modules}), seconds]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    modules, seconds = json.loads(done.stdout)
    return set(modules), seconds


def test_import_is_light_and_fast():
    modules, seconds = loaded_by("import optlab")
    assert not modules & HEAVY
    assert seconds < 0.6


def test_training_loads_neither_tensorflow_nor_matplotlib_nor_pandas():
    modules, _ = loaded_by(
        "import optlab\nfor name in optlab.__all__:\n    getattr(optlab, name)"
    )
    assert not modules & {"tensorflow", "keras", "torch", "jax", "matplotlib", "pandas"}


def test_names_are_sorted_and_complete():
    from optlab import _HOME_OF, _MODULES

    assert sorted(optlab.__all__) == sorted([*_HOME_OF, *_MODULES])
    assert set(optlab.__all__) <= set(dir(optlab))


@pytest.mark.parametrize("name", sorted(optlab.__all__))
def test_name_resolves_to_what_it_says(name):
    value = getattr(optlab, name)
    assert isinstance(value, ModuleType) == (name in optlab._MODULES)
    assert value is getattr(optlab, name)


@pytest.mark.parametrize("name", sorted(set(optlab.__all__) - set(optlab._MODULES)))
def test_name_is_not_hidden_by_a_module(name):
    # Importing a module optlab.x sets optlab.x: no function may share its name.
    with pytest.raises(ModuleNotFoundError):
        __import__(f"optlab.{name}")


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Adm'"):
        _ = optlab.Adm


def test_dir_shows_public_names_only():
    shown = [name for name in dir(optlab) if not name.startswith("__")]
    assert shown == sorted(optlab.__all__)


def test_documented_modules_are_there_after_the_import():
    code = (
        "import sys, optlab; optlab.explain.explain; optlab.validation; "
        "assert 'DiagnoseWhenStuck' in dir(optlab.validation); "
        "assert 'tensorflow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
