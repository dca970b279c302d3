"""From a source to arrays that are ready for training, in one documented order.

Read; refuse or drop missing values; number the classes; split; fill in missing values;
scale; cast. Whatever is fitted (fills, scaling) is fitted on the training rows alone.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from optlab.data import cache
from optlab.data.generators import GENERATORS, generate
from optlab.data.labels import Targets, encode_targets
from optlab.data.missing import Missing, absent, fill, screen
from optlab.data.raw import Raw
from optlab.data.record import Affine, Data
from optlab.data.scaling import Scale, fit_scaling
from optlab.data.sources import SOURCES, read_named
from optlab.data.splitting import split_rows
from optlab.data.tables import SUFFIXES, read_npz, read_table
from optlab.errors import InputError, nearest, unknown_name
from optlab.files import expanded
from optlab.lookup import checked_seed, flag, number, one_of
from optlab.parameters import checked_dtype


def names() -> list[str]:
    """Return the names of all data sets and generators, sorted."""
    return sorted([*SOURCES, *GENERATORS])


def canonical(source: str) -> str | None:
    """Return the name in the registry that `source` stands for; None for a path.

    Raises
    ------
    InputError
        If `source` is neither a known name nor a path with a known suffix.
    """
    name = source.lower().replace("-", "_")
    if name in SOURCES or name in GENERATORS:
        return name
    if Path(source).suffix.lower() in SUFFIXES:
        return None
    if Path(source).suffix or "/" in source:
        raise InputError(
            "[data] source must be a data set, a generator, or a path that ends in "
            f"{', '.join(SUFFIXES)}. Received: source={source!r}"
        )
    raise unknown_name("data source", source, names())


def resolve(source: str, folder: Path | None) -> Path:
    """Return the path of a data file, or raise where it does not exist.

    A relative path is taken from `folder`, the one of the experiment file.
    """
    path = expanded(source)
    if not path.is_absolute() and folder is not None:
        path = folder / path
    if path.is_file():
        return path
    if path.exists():
        raise InputError(f"{path} is not a file.")
    beside = []
    if path.parent.is_dir():
        beside = [p.name for p in path.parent.iterdir() if p.suffix in SUFFIXES]
    guess = nearest(path.name, beside)
    hint = f" Did you mean {guess!r}?" if guess else ""
    raise InputError(f"There is no data file {path}.{hint}")


def _read(
    source: str,
    path: Path | None,
    options: Mapping[str, Any],
    target: Sequence[str] | None,
    features: Sequence[str] | None,
    seed: int,
    strict: bool,
) -> Raw:
    """Read the rows of any source."""
    if path is not None and path.suffix.lower() != ".npz":
        return read_table(path, target, features, strict)
    if path is not None:
        raw = read_npz(path, features, strict)
        if target and list(target) != ["y"]:
            raise InputError(
                "[data] target: the target of an .npz archive is its array 'y'. "
                f"Received: target={', '.join(target)!r}"
            )
        return raw
    raw = (
        generate(source, options, seed) if source in GENERATORS else read_named(source)
    )
    accepted = {*raw.target_names, "target", "label", "y"}
    if target and not (len(target) == 1 and target[0] in accepted):
        raise InputError(
            f"[data] target: the target of {source} is {raw.target_names[0]!r}. "
            f"Received: target={', '.join(target)!r}"
        )
    if features is not None:
        for name in features:
            if name not in raw.feature_names:
                raise unknown_name(f"column of {source}", name, raw.feature_names)
        raw.x = raw.x[:, [raw.feature_names.index(name) for name in features]]
        raw.feature_names = list(features)
    return raw


def _split(raw: Raw, targets: Targets, fraction: float, seed: int) -> None:
    """Split off validation rows, in place, where the source brought none."""
    if raw.x_val is not None:
        return
    classes = None
    if targets.task in ("binary", "multiclass") and not absent(targets.y).any():
        y = targets.y
        classes = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    training, held_out, stratified = split_rows(len(raw.x), fraction, seed, classes)
    if not len(held_out):
        return
    if classes is not None and not stratified:
        raw.notes.append("split without regard to the classes: one has too few rows")
    raw.x, raw.x_val = raw.x[training], raw.x[held_out]
    targets.y, targets.y_val = targets.y[training], targets.y[held_out]


def _cast(values: Any, dtype: npt.DTypeLike, labels: Sequence[str]) -> Any:
    """Return floats in the dtype of the run; name a column that does not fit it."""
    if values is None:
        return None
    with np.errstate(over="ignore"):
        found = np.ascontiguousarray(values, dtype)
    lost = np.isfinite(values) & ~np.isfinite(found)
    if lost.any():
        place = np.argwhere(lost)[0]
        column = labels[int(place[-1]) if len(place) > 1 else 0]
        raise InputError(
            f"column {column!r} holds {values[tuple(place)]:g}, more than "
            f"{np.dtype(dtype).name} can hold. Set [data] scale = 'standard' or "
            "[training] dtype = 'float64'."
        )
    return found


def _scaled(values: Any, scaling: Affine | None) -> Any:
    if values is None or scaling is None:
        return values
    flat = values[:, np.newaxis] if values.ndim == 1 else values
    return scaling.apply(flat).reshape(values.shape)


def prepare(
    raw: Raw,
    *,
    scale: Scale = "none",
    target_scale: Scale = "none",
    validation: float = 0.2,
    missing: Missing = "refuse",
    one_hot: bool = False,
    seed: int = 0,
    classification: bool | None = None,
    dtype: npt.DTypeLike = "float32",
    strict: bool = True,
) -> Data:
    """Turn rows as read into rows ready for training; see `load`."""
    screen(raw, missing, strict)
    targets = encode_targets(raw, classification, one_hot, strict)
    numeric = targets.task == "regression"
    if target_scale != "none" and not numeric and strict:
        raise InputError(
            "[data] target_scale needs a numeric target. "
            f"Received: target_scale={target_scale!r} for a {targets.task} task"
        )
    _split(raw, targets, validation, seed)
    if missing in ("mean", "median"):
        filled = fill(raw.x, raw.x_val, missing, raw.groups, raw.feature_names, strict)
        if filled:
            raw.notes.append(f"{filled} missing values replaced by the {missing}")
    skip = [column for group in raw.groups for column in group]
    x_scaling = fit_scaling(raw.x, scale, skip)
    y_scaling = None
    if numeric and target_scale != "none":
        y = targets.y.astype(np.float64)
        y_scaling = fit_scaling(y.reshape(len(y), -1), target_scale)
    y, y_val = _scaled(targets.y, y_scaling), _scaled(targets.y_val, y_scaling)
    wide = y.ndim == 2 and y.shape[1] > 1
    if numeric or wide or y.dtype.kind == "f":
        y = _cast(y, dtype, raw.target_names)
        y_val = _cast(y_val, dtype, raw.target_names)
    columns = raw.feature_names
    x, x_val = (
        _cast(_scaled(part, x_scaling), dtype, columns) for part in (raw.x, raw.x_val)
    )
    if raw.row_shape is not None:
        x, x_val = (
            None if part is None else part.reshape(len(part), *raw.row_shape)
            for part in (x, x_val)
        )
    return Data(
        x=x,
        y=y,
        x_val=x_val,
        y_val=y_val,
        task=targets.task,
        feature_names=tuple(columns),
        target_names=tuple(raw.target_names),
        class_names=tuple(targets.class_names),
        x_scaling=x_scaling,
        y_scaling=y_scaling,
        source=raw.source,
        notes=tuple(raw.notes),
    )


def _columns(name: str, columns: Any) -> list[str] | None:
    """Return the names of columns as a list; one text is one name."""
    if columns is None:
        return None
    found = [columns] if isinstance(columns, str) else columns
    listed = isinstance(found, (list, tuple)) and len(found) > 0
    if not listed or not all(isinstance(column, str) for column in found):
        raise InputError(
            f"`{name}` must be a column's name or a list of them. "
            f"Received: {name}={columns!r}"
        )
    return list(found)


def _is_ready(path: Path | None) -> bool:
    """Whether a file is an archive that brings its own validation rows.

    Nothing slow has to be imported for one, so that nothing is kept.
    """
    if path is None or path.suffix.lower() != ".npz":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "x_val.npy" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False  # reading it will say what is wrong


def load(
    source: str,
    *,
    options: Mapping[str, Any] | None = None,
    target: str | Sequence[str] | None = None,
    features: Sequence[str] | None = None,
    scale: Scale = "none",
    target_scale: Scale = "none",
    validation: float = 0.2,
    missing: Missing = "refuse",
    one_hot: bool = False,
    seed: int = 0,
    classification: bool | None = None,
    dtype: npt.DTypeLike = "float32",
    folder: Path | None = None,
    strict: bool = True,
) -> Data:
    """Load a data set ready for training.

    Parameters
    ----------
    source : str
        A data set ("digits", "breast_cancer", "wine", "iris", "diabetes"), a generator
        ("adding", "blobs", "circles", "imbalanced", "linear", "moons", "sentences",
        "sine"), or the path of a .csv, .parquet or .npz file. An .npz holds `x` and
        `y`, and may hold `x_val` and `y_val`; its arrays are taken as they are.
    options : mapping, optional
        Arguments of a generator.
    target : str or sequence of str, optional
        The column, or columns, of a table to predict.
    features : sequence of str, optional
        The input columns; all others where left out. Text columns are one-hot encoded.
    scale : {"none", "standard", "minmax", "robust"}
        How the input columns are scaled; 0/1 columns of categories stay as they are.
    target_scale : {"none", "standard"}
        How the targets of a regression are scaled.
    validation : float
        The share of rows kept for validation, in [0, 1). Stratified by class. Not used
        where the source brings validation rows.
    missing : {"refuse", "drop", "mean", "median"}
        What becomes of values that are missing (NaN) or infinite.
    one_hot : bool
        Whether classes become one column each.
    seed : int
        Fixes what a generator makes, and the split.
    classification : bool, optional
        Whether whole numbers are classes (true), or amounts unless all are 0 or 1.
    dtype : {"float32", "float64"}
        Of the inputs, and of targets that are not class numbers.
    folder : Path, optional
        Where a relative path starts; the working directory where left out.
    strict : bool
        False takes data as they are for a diagnosis: missing values, cells that are no
        numbers, empty sets and odd labels are let through.

    Returns
    -------
    Data

    Raises
    ------
    InputError
        If the source does not exist or cannot be read, or holds what the settings do
        not allow; the message names row and column.

    Notes
    -----
    What was prepared by pandas or scikit-learn is kept in the user's cache folder
    (`OPTLAB_CACHE_DIR`, or optlab in `XDG_CACHE_HOME`), under a digest of file content,
    settings and library versions.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise InputError(f"`source` must be a name or a path. Received: {source!r}")
    source = os.fspath(source)
    one_of("scale", scale, get_args(Scale))
    one_of("target_scale", target_scale, ("none", "standard"))
    one_of("missing", missing, get_args(Missing))
    if not 0 <= number("validation", validation) < 1:
        raise InputError(
            f"`validation` must be in [0, 1). Received: validation={validation!r}"
        )
    one_hot, strict = flag("one_hot", one_hot), flag("strict", strict)
    if classification is not None:
        classification = flag("classification", classification)
    if checked_seed(seed) is None or seed >= 2**32:
        raise InputError(
            f"`seed` must be an integer in [0, 2**32). Received: seed={seed!r}"
        )
    if options is not None and not isinstance(options, Mapping):
        raise InputError(f"`options` must be a table. Received: options={options!r}")
    target, features = _columns("target", target), _columns("features", features)
    name = canonical(source)
    path = resolve(source, folder) if name is None else None
    options = dict(options or {})
    if options and name not in GENERATORS:
        raise InputError(
            "[data] options are arguments of a generator "
            f"({', '.join(sorted(GENERATORS))}). Received: source={source!r}"
        )
    settings: dict[str, Any] = {
        "scale": scale,
        "target_scale": target_scale,
        "validation": validation,
        "missing": missing,
        "one_hot": one_hot,
        "seed": seed,
        "classification": classification,
        "dtype": checked_dtype(dtype).name,
        "strict": strict,
    }
    reading = {"options": options, "target": target, "features": features}
    shown = path.name if path is not None else name
    key = ""
    if scale != "none" or target_scale != "none" or not _is_ready(path):
        key = cache.digest({"source": shown, **reading, **settings}, path)
        kept = cache.recall(key)
        if kept is not None:
            return kept
    raw = _read(name or source, path, options, target, features, seed, strict)
    data = prepare(raw, **settings)
    if key:
        cache.keep(key, data)
    return data
