"""Documents on disk: exact, whole, and refused when broken."""

import math
import os
from pathlib import Path

import numpy as np
import pytest

from optlab import InputError, archive


def test_round_trip_keeps_bits(tmp_path):
    document = {
        "text": "ü",
        "numbers": [1, 0.1, 1e-320, math.inf, None, True, 2**100],
        "arrays": {"a": np.arange(6, dtype="float32").reshape(2, 3), "b": np.zeros(0)},
        "scalar": np.float32(0.1),
    }
    path = archive.write(tmp_path / "file", document)
    assert path == tmp_path / "file.npz"
    found = archive.read(tmp_path / "file")
    assert found["text"] == "ü"
    assert found["numbers"] == document["numbers"]
    assert found["arrays"]["a"].dtype == np.float32
    np.testing.assert_array_equal(found["arrays"]["a"], document["arrays"]["a"])
    assert found["scalar"] == np.float32(0.1)
    assert [p.name for p in tmp_path.iterdir()] == ["file.npz"]


def test_an_old_file_survives_a_failed_write(tmp_path, monkeypatch):
    path = archive.write(tmp_path / "file.npz", {"a": 1})

    def full(*args, **arrays):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(InputError, match="No space left"):
        archive.write(path, {"a": 2})
    assert archive.read(path) == {"a": 1}
    assert len(list(tmp_path.iterdir())) == 1


def test_permissions_are_those_of_any_new_file(tmp_path):
    path = archive.write(tmp_path / "file.npz", {})
    plain = tmp_path / "plain"
    plain.touch()
    assert path.stat().st_mode == plain.stat().st_mode


def test_bad_paths(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        archive.write(tmp_path / "missing" / "file.npz", {})
    with pytest.raises(InputError, match="No such file"):
        archive.read(tmp_path / "file.npz")
    with pytest.raises(InputError, match="directory"):
        archive.read(tmp_path)
    (tmp_path / "folder.npz").mkdir()
    with pytest.raises(InputError, match="Cannot write"):
        archive.write(tmp_path / "folder.npz", {})


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04 cut off"])
def test_damaged_files(tmp_path, content):
    path = tmp_path / "file.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not a file that optlab saved"):
        archive.read(path)


def test_other_files(tmp_path):
    path = tmp_path / "file.npz"
    np.savez(path, a=np.zeros(3))
    with pytest.raises(InputError, match="not a file that optlab saved"):
        archive.read(path)
    np.savez(path, document=np.array([object()], dtype=object))
    with pytest.raises(InputError, match="not a file that optlab saved"):
        archive.read(path)
    whole = archive.write(tmp_path / "whole.npz", {"a": np.arange(1000.0)})
    Path(path).write_bytes(whole.read_bytes()[: os.path.getsize(whole) // 2])
    with pytest.raises(InputError, match="damaged"):
        archive.read(path)
