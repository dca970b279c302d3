"""The cache of machine code heals, stays ours, and is never needed."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import warnings; warnings.simplefilter("{filter}")
import numpy as np, optlab
w = [np.ones(3, "float32")]
optlab.SGD(0.5).apply([np.ones(3, "float32")], w)
print(w[0].tolist())
"""
SGD = "[0.5, 0.5, 0.5]"


def run(folder, before="", filter="always", **environment):
    """Step once in a process of its own; return what it printed and what it warned."""
    done = subprocess.run(
        [sys.executable, "-c", before + PROGRAM.format(filter=filter)],
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip(), done.stderr


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    folder = tmp_path_factory.mktemp("filled") / "cache"
    assert run(folder, filter="error") == (SGD, "")
    return folder


def code(folder):
    return [*folder.rglob("*.nbc"), *folder.rglob("rules/*.py")]


def test_the_second_process_writes_nothing(filled):
    before = {path: path.stat().st_mtime_ns for path in code(filled)}
    assert len(before) > 2
    assert run(filled, filter="error") == (SGD, "")
    assert {path: path.stat().st_mtime_ns for path in code(filled)} == before


def emptied(content):
    return b""


def cut(content):
    return content[: len(content) // 2]


def changed(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [emptied, cut, changed])
def test_damaged_files_are_compiled_again_with_their_path(filled, damage):
    damaged = code(filled)
    for path in damaged:
        path.write_bytes(damage(path.read_bytes()))
    printed, warned = run(filled)
    assert printed == SGD
    assert any(str(path) in warned and "damaged" in warned for path in damaged)
    assert run(filled, filter="error") == (SGD, "")


def test_a_full_disk_costs_the_cache_only(tmp_path):
    limit = (
        "import resource; limit = resource.getrlimit(resource.RLIMIT_FSIZE)[1];"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, limit))\n"
    )
    printed, warned = run(tmp_path / "cache", limit)
    assert printed == SGD
    assert "cannot be kept" in warned
    assert not [path for path in code(tmp_path) if path.stat().st_size]


def test_the_folder_is_made_for_us_alone(filled):
    (folder,) = filled.iterdir()
    assert folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o777, 0o770])
def test_code_from_a_folder_that_others_can_write_to_is_not_run(filled, mode):
    (folder,) = filled.iterdir()
    folder.chmod(mode)
    before = {path: path.stat().st_mtime_ns for path in code(filled)}
    try:
        printed, warned = run(filled)
    finally:
        folder.chmod(0o700)
    assert printed == SGD
    assert f"{folder} is not used" in warned
    assert f"mode {mode:04o}" in warned
    assert {path: path.stat().st_mtime_ns for path in code(filled)} == before


def test_nor_from_below_one(tmp_path):
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    printed, warned = run(shared)
    assert printed == SGD
    assert f"{shared} has mode 0777" in warned
    shared.chmod(0o1777)
    assert run(shared, filter="error") == (SGD, "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_nor_from_a_folder_of_somebody_else(tmp_path, filled):
    (folder,) = filled.iterdir()
    other = tmp_path / folder.name
    other.mkdir(mode=0o755)
    os.chown(other, 65534, 65534)
    printed, warned = run(tmp_path)
    assert printed == SGD
    assert f"{other} belongs to user 65534" in warned
    assert not code(tmp_path)


def test_a_home_that_is_a_file_is_no_fault(tmp_path):
    (tmp_path / "file").write_text("")
    assert run(tmp_path / "file" / "cache", filter="error") == (SGD, "")
