"""Prepared data sets on disk, so that a second run needs neither pandas nor sklearn.

Importing scikit-learn takes about a second, longer than most trainings here. What
`load` made of a source is therefore kept under a name that is a digest of everything
that it depends on: the settings, the file's content, the versions of the libraries and
the code of this package. A cache file that cannot be read is made again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from optlab.archive import read_arrays
from optlab.data.record import Affine, Data
from optlab.errors import InputError
from optlab.files import write_atomically

#: Bytes of arrays above which a data set is not kept, and of all that are kept.
LARGEST = 64 << 20
TOTAL = 256 << 20
_FOLDER = Path(__file__).resolve().parent


def cache_folder() -> Path:
    """Return the folder of prepared data sets: in OPTLAB_CACHE_DIR, or the user's."""
    given = os.environ.get("OPTLAB_CACHE_DIR")
    if given:
        return Path(given) / "data"
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "optlab" / "data"


@functools.cache
def _versions() -> str:
    found = hashlib.sha256()
    for package in ("numpy", "pandas", "scikit-learn"):
        found.update(f"{package} {importlib.metadata.version(package)} ".encode())
    for path in sorted(_FOLDER.glob("*.py")):
        found.update(path.read_bytes())
    return found.hexdigest()


def digest(settings: dict[str, Any], file: Path | None) -> str:
    """Return the name of a prepared data set: 32 hex digits.

    Parameters
    ----------
    settings : dict
        All that decides how the rows are prepared.
    file : Path, optional
        The file that they come from; its content counts, not its name or date.
    """
    found = hashlib.sha256(_versions().encode())
    found.update(json.dumps(settings, sort_keys=True, default=repr).encode())
    if file is not None:
        with file.open("rb") as stream:
            found.update(hashlib.file_digest(stream, "sha256").digest())
    return found.hexdigest()[:32]


def _affine(arrays: dict[str, Any], name: str) -> Affine | None:
    if f"{name}_center" not in arrays:
        return None
    return Affine(arrays[f"{name}_center"], arrays[f"{name}_scale"])


def recall(name: str) -> Data | None:
    """Return the data set kept under `name`, or None."""
    path = cache_folder() / f"{name}.npz"
    try:
        arrays = read_arrays(path)
        meta = json.loads(str(arrays["meta"]))
        found = Data(
            x=arrays["x"],
            y=arrays["y"],
            x_val=arrays.get("x_val"),
            y_val=arrays.get("y_val"),
            x_scaling=_affine(arrays, "x"),
            y_scaling=_affine(arrays, "y"),
            task=meta["task"],
            source=meta["source"],
            feature_names=tuple(meta["feature_names"]),
            target_names=tuple(meta["target_names"]),
            class_names=tuple(meta["class_names"]),
            notes=tuple(meta["notes"]),
        )
        os.utime(path)
    except (OSError, KeyError, ValueError, TypeError, RecursionError):
        return None
    return found


def _make_room(folder: Path) -> None:
    """Remove the files that were used longest ago until `TOTAL` holds."""
    files = sorted(
        folder.glob("*.npz"), key=lambda path: path.stat().st_mtime, reverse=True
    )
    kept = 0
    for path in files:
        kept += path.stat().st_size
        if kept > TOTAL:
            path.unlink(missing_ok=True)


def keep(name: str, data: Data) -> None:
    """Keep a prepared data set under `name`; do nothing where that is not possible."""
    arrays: dict[str, Any] = {"x": data.x, "y": data.y}
    if data.x_val is not None and data.y_val is not None:
        arrays |= {"x_val": data.x_val, "y_val": data.y_val}
    for part, scaling in (("x", data.x_scaling), ("y", data.y_scaling)):
        if scaling is not None:
            arrays |= {f"{part}_center": scaling.center, f"{part}_scale": scaling.scale}
    if sum(array.nbytes for array in arrays.values()) > LARGEST:
        return
    meta = {
        "task": data.task,
        "source": data.source,
        "feature_names": data.feature_names,
        "target_names": data.target_names,
        "class_names": data.class_names,
        "notes": data.notes,
    }
    folder = cache_folder()
    # Where the folder cannot be used, nothing is kept.
    with contextlib.suppress(OSError, InputError):
        folder.mkdir(parents=True, exist_ok=True)
        with write_atomically(folder / f"{name}.npz") as file:
            np.savez(file, meta=np.array(json.dumps(meta)), **arrays)
        _make_room(folder)
