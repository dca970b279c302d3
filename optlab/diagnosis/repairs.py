"""Repaired data: written to a file beside the experiment, so that a cure can be run."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from optlab.diagnosis import edits
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.scoring import classes, score
from optlab.experiments import Experiment
from optlab.files import write_atomically
from optlab.typing import Array

Arrays = dict[str, Array]

_FOLDER = Path(tempfile.gettempdir()) / "optlab-diagnosis"


def edit(facts: Facts, repair: Callable[[str, Arrays], Arrays]) -> edits.Edit:
    """Return the edit that trains on repaired rows.

    The rows are those of the experiment before any scaling; the file is named by its
    content.
    """

    def apply(tree: edits.Tree) -> edits.Tree:
        arrays = raw_arrays(facts)
        return edits.data_file(store(repair(facts.task, arrays)))(tree)

    return apply


def raw_arrays(facts: Facts) -> Arrays:
    """Return the rows of examined data as they are before scaling."""
    return raw_arrays_of(facts.experiment)


def raw_arrays_of(experiment: Experiment) -> Arrays:
    """Return the rows of an experiment as they are before scaling."""
    plain = experiment.replace({"data.scale": "none", "data.target_scale": "none"})
    data = plain.load_data(strict=False)
    found = {"x": np.asarray(data.x), "y": np.asarray(data.y)}
    if data.x_val is not None:
        found |= {"x_val": np.asarray(data.x_val), "y_val": np.asarray(data.y_val)}
    return found


def store(arrays: Arrays) -> str:
    """Write arrays to an .npz file named by their content; return its path."""
    mark = hashlib.sha256()
    for name in sorted(arrays):
        mark.update(f"{name} {arrays[name].shape} {arrays[name].dtype}".encode())
        mark.update(np.ascontiguousarray(arrays[name]).tobytes())
    _FOLDER.mkdir(parents=True, exist_ok=True)
    path = _FOLDER / f"{mark.hexdigest()[:16]}.npz"
    if not path.exists():
        with write_atomically(path) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
    return str(path)


def is_stored(path: str) -> bool:
    """Whether a data path is one that `store` returned."""
    return Path(path).parent == _FOLDER


def finite_rows(task: str, arrays: Arrays) -> Arrays:
    """Drop rows with NaN or infinity, in training and validation."""
    found: Arrays = {}
    for x_name, y_name in (("x", "y"), ("x_val", "y_val")):
        if x_name not in arrays:
            continue
        x, y = arrays[x_name], arrays[y_name]
        keep = np.isfinite(x.reshape(len(x), -1)).all(axis=1)
        keep &= np.isfinite(np.asarray(y, float).reshape(len(y), -1)).all(axis=1)
        found |= {x_name: x[keep], y_name: y[keep]}
    return found


def numbered_labels(task: str, arrays: Arrays) -> Arrays:
    """Give the classes the numbers from 0, in the order of the training labels."""
    known = np.unique(arrays["y"])
    found = dict(arrays)
    for name in ("y", "y_val"):
        if name not in arrays:
            continue
        y = arrays[name]
        if name == "y_val" and not np.isin(y, known).all():
            continue
        if name == "y_val" and y.min() >= 0 and y.max() < len(known) and 0 in y:
            continue
        found[name] = np.searchsorted(known, y).astype(np.int64)
    return found


def unit_labels(task: str, arrays: Arrays) -> Arrays:
    """Code two classes as 0 and 1."""
    found = dict(arrays)
    for name in ("y", "y_val"):
        if name in arrays:
            y = arrays[name]
            middle = (np.min(arrays["y"]) + np.max(arrays["y"])) / 2
            inside = np.min(y) >= 0 and np.max(y) <= 1
            found[name] = (y > (0.5 if inside else middle)).astype(np.int64)
    return found


def relabelled_by_validation(task: str, arrays: Arrays) -> Arrays:
    """Train on one half of the rows whose labels can be trusted, score on the other.

    The labels of the training rows are lost, so they cannot be part of the proof.
    """
    x, y = arrays["x_val"], arrays["y_val"]
    order = np.random.default_rng(0).permutation(len(x))
    half = len(x) // 2
    train, rest = np.sort(order[:half]), np.sort(order[half:])
    return {"x": x[train], "y": y[train], "x_val": x[rest], "y_val": y[rest]}


def matched_validation(task: str, arrays: Arrays) -> Arrays:
    """Give the validation columns the means and deviations of the training rows."""
    x, x_val = np.asarray(arrays["x"], float), np.asarray(arrays["x_val"], float)
    spread = x_val.std(axis=0)
    spread[spread == 0] = 1.0
    matched = (x_val - x_val.mean(axis=0)) / spread * x.std(axis=0) + x.mean(axis=0)
    return {**arrays, "x_val": matched.astype(arrays["x_val"].dtype)}


def farthest(values: Array) -> float:
    """Return how far the farthest value of a column is out, in robust deviations.

    The unit is the half-width of the middle 75 % of the column; columns with few
    different values, or whose middle is one value, do not count.
    """
    low, middle, high = np.quantile(values, [0.125, 0.5, 0.875], axis=0)
    width = (high - low) / 2
    usable = width > 0
    if not usable.any() or len(values) < 20:
        return 0.0
    out = np.abs(values - middle).max(axis=0)[usable] / width[usable]
    return float(out.max())


def without_outliers(task: str, arrays: Arrays) -> Arrays:
    """Drop training rows that are more than 15 robust deviations out."""
    x = np.asarray(arrays["x"], float).reshape(len(arrays["x"]), -1)
    keep = ~_far(x, 50.0)
    if task == "regression":
        y = np.asarray(arrays["y"], float).reshape(len(x), -1)
        keep &= ~_far(y, 15.0)
    found = {**arrays, "x": arrays["x"][keep], "y": arrays["y"][keep]}
    if "x_val" in arrays and task == "regression":
        y_val = np.asarray(arrays["y_val"], float).reshape(len(arrays["y_val"]), -1)
        kept = ~_far(y_val, 15.0)
        found |= {"x_val": arrays["x_val"][kept], "y_val": arrays["y_val"][kept]}
    return found


def _far(values: Array, bound: float) -> Array:
    low, middle, high = np.nanquantile(values, [0.125, 0.5, 0.875], axis=0)
    width = np.where(high > low, (high - low) / 2, np.inf)
    far: Array = (np.abs(values - middle) / width > bound).any(axis=1)
    return far


def neighbour_score(task: str, x: Array, y: Array) -> float | None:
    """Score a guess from the five nearest rows, each row left out in its turn.

    1: the inputs tell the target; 0: they tell nothing.
    """
    x = np.asarray(x, float).reshape(len(x), -1)
    y = np.asarray(y)
    rows = np.flatnonzero(
        np.isfinite(x).all(axis=1)
        & np.isfinite(np.asarray(y, float).reshape(len(y), -1)).all(axis=1)
    )
    rows = rows[:: -(-len(rows) // 2000) or 1]
    if len(rows) < 10:
        return None
    x, y = x[rows], y[rows]
    spread = x.std(axis=0)
    x = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    single = task in ("binary", "multiclass")
    truth = classes(y) if single else y.reshape(len(y), -1)
    near = _neighbours(x, min(5, len(x) - 1))
    if not single:
        return score(task, y, np.asarray(truth, float)[near].mean(axis=1))
    known, numbers = np.unique(truth, return_inverse=True)
    if len(known) < 2:
        return None
    votes = np.stack([(numbers[near] == k).sum(axis=1) for k in range(len(known))], 1)
    found = votes.argmax(axis=1)
    shares = [np.mean(found[numbers == k] == k) for k in range(len(known))]
    even = 1 / len(known)
    return float((np.mean(shares) - even) / (1 - even))


def _neighbours(x: Array, count: int) -> Array:
    """Return the numbers of the `count` nearest other rows of each row."""
    size = np.square(x).sum(axis=1)
    far = size[:, None] + size[None, :] - 2.0 * (x @ x.T)
    np.fill_diagonal(far, np.inf)
    return np.argpartition(far, count - 1, axis=1)[:, :count]
