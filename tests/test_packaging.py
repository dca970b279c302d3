"""What an installation would hold, against what the folders hold."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
#: Files of the package that are no Python and have to be installed nevertheless.
DATA = {".csv", ".css", ".gz", ".html", ".js", ".json", ".npz", ".toml", ".typed"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Return the names in a wheel built from a copy of the sources."""
    copy = tmp_path_factory.mktemp("wheel") / "source"
    copy.mkdir()
    for name in ("optlab", "kernels", "validation"):
        shutil.copytree(
            ROOT / name,
            copy / name,
            symlinks=True,
            ignore=shutil.ignore_patterns("__pycache__"),
        )
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    command = "pip wheel --quiet --no-deps --no-index --no-build-isolation -w out ."
    done = subprocess.run(
        [sys.executable, "-m", *command.split()],
        cwd=copy,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    (built,) = (copy / "out").glob("*.whl")
    return set(zipfile.ZipFile(built).namelist())


def sources():
    """Return every file below optlab/, its links followed, relative to the root."""
    found = set()
    for folder, _, files in os.walk(ROOT / "optlab", followlinks=True):
        if "__pycache__" not in folder:
            found |= {(Path(folder) / name).relative_to(ROOT) for name in files}
    return {path for path in found if path.suffix in {".py"} | DATA}


def test_every_source_file_is_in_the_wheel(wheel):
    assert {path.as_posix() for path in sources()} - wheel == set()


def test_no_other_package_is_in_the_wheel(wheel):
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"optlab"}


def test_every_folder_of_sources_is_a_package():
    folders = {path.parent for path in sources() if path.suffix == ".py"}
    assert {f for f in folders if not (ROOT / f / "__init__.py").is_file()} == set()


@pytest.mark.parametrize("name", ["kernels", "validation"])
def test_folder_is_linked_into_the_package(name):
    link = ROOT / "optlab" / name
    assert link.is_symlink()
    assert os.readlink(link) == f"../{name}"


def imported(path):
    """Return the top-level modules that a file imports, at any depth."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


def test_imported_third_parties_are_declared():
    declared = configparser.ConfigParser()
    declared.read(ROOT / "setup.cfg")
    requirements = declared["options"]["install_requires"].split()
    names = {re.split(r"[<>=]", line)[0] for line in requirements}
    # llvmlite is Numba's other half and comes with it; the others are extras.
    names |= {"optlab", "llvmlite", "tensorflow", "keras", "torch", "jax", "optax"}
    names |= {"distributed"}
    found = {
        {"sklearn": "scikit-learn"}.get(module, module)
        for path in sources()
        if path.suffix == ".py"
        for module in imported(ROOT / path)
    }
    assert found - names - set(sys.stdlib_module_names) == set()
