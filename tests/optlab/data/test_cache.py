import os
import subprocess
import sys
import time

import numpy as np
import pytest

from optlab.data import cache, load


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("OPTLAB_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "data"


def same(one, other):
    for name in ("x", "y", "x_val", "y_val"):
        a, b = getattr(one, name), getattr(other, name)
        np.testing.assert_array_equal(a, b)
        assert a.dtype == b.dtype
    for name in ("task", "feature_names", "class_names", "target_names", "notes"):
        assert getattr(one, name) == getattr(other, name)
    np.testing.assert_array_equal(one.x_scaling.center, other.x_scaling.center)


def test_second_load_is_the_first_without_scikit_learn(folder):
    first = load("wine", scale="robust")
    assert len(list(folder.glob("*.npz"))) == 1
    same(first, load("wine", scale="robust"))
    program = (
        "import sys; from optlab.data import load; load('wine', scale='robust');"
        "print([m for m in ('sklearn', 'pandas', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 torn", None])
def test_a_damaged_file_is_made_again(folder, damage):
    first = load("iris", scale="standard")
    (path,) = folder.glob("*.npz")
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    same(first, load("iris", scale="standard"))
    assert cache.recall(path.stem) is not None


def test_content_decides_not_name_or_date(csv, folder):
    path = csv("a,y\n1,2\n3,4\n")
    before = os.stat(path)
    load(path, target="y", validation=0)
    csv("a,y\n1,2\n3,5\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    np.testing.assert_array_equal(load(path, target="y", validation=0).y, [2, 5])


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"scale": "minmax"}, {"validation": 0.5}, {"dtype": "float64"}],
)
def test_every_setting_counts(change):
    first = load("iris", scale="standard")
    other = load("iris", **{"scale": "standard", **change})
    assert first.x.shape != other.x.shape or not np.array_equal(first.x, other.x)


def test_an_unwritable_folder_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("OPTLAB_CACHE_DIR", str(tmp_path / "file"))
    assert len(load("iris").x) == 120


def test_old_files_make_room(folder, monkeypatch):
    load("iris", seed=1)
    (old,) = folder.glob("*.npz")
    os.utime(old, (time.time() - 100,) * 2)
    monkeypatch.setattr(cache, "TOTAL", old.stat().st_size + 100)
    load("iris", seed=2)
    assert not old.exists()
    assert len(list(folder.glob("*.npz"))) == 1
    assert not list(folder.glob("*.tmp"))


def test_large_sets_and_ready_archives_are_not_kept(folder, tmp_path, monkeypatch):
    monkeypatch.setattr(cache, "LARGEST", 100)
    load("iris")
    x = np.ones((3, 1))
    np.savez(tmp_path / "t.npz", x=x, y=x[:, 0], x_val=x, y_val=x[:, 0])
    load(str(tmp_path / "t.npz"))
    assert not list(folder.glob("*.npz"))
