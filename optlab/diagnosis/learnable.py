r"""Whether inputs tell anything about targets: a forest, and a permutation test.

Two statistics, each cheap enough to be computed again for every permutation of the
targets: the leave-one-out error of a ridge regression, and the agreement of nearest
neighbours. With the smaller of two p-values :math:`p` the test's is
:math:`\min(1, 2 p)`
(Bonferroni). What both miss, a random forest may see, so its score on rows it was not
grown on counts beside them.

Phipson & Smyth (2010), *Permutation P-values Should Never Be Zero*.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.diagnosis.scoring import classes, score
from optlab.diagnosis.thresholds import DEVIATIONS, NO_SCORE, SIGNIFICANT
from optlab.typing import Array

#: Permutations; the smallest p-value is 2 / 100.
PERMUTATIONS = 99
#: Rows that are looked at, at the most.
MOST_ROWS = 600
TREES = 60


@dataclass(frozen=True)
class Learnable:
    """What there is to learn.

    Attributes
    ----------
    p_value : float or None
        That targets which belong to no input would look as related as these do; None
        where there are too few rows to ask.
    forest : float or None
        The score of a random forest on rows that it was not grown on.
    constant : str
        "inputs" or "targets" where all rows have the same; else empty.
    no_score : float
        What a score on so few rows must reach to be one.
    """

    p_value: float | None = None
    forest: float | None = None
    constant: str = ""
    no_score: float = NO_SCORE

    @property
    def nothing(self) -> bool:
        """Whether no reference predicts the targets from the inputs."""
        if self.constant:
            return True
        if self.p_value is None:
            return False
        return self.p_value >= SIGNIFICANT and (self.forest or 0.0) < self.no_score


def learnable(data: Any, few: bool = False) -> Learnable:
    """Ask whether inputs tell targets.

    Parameters
    ----------
    data : Data
        Training and validation rows.
    few : bool
        Whether there are too few rows for a test: only constants are looked for.
    """
    x = np.asarray(data.x, float).reshape(len(data.x), -1)
    task = data.task
    y = np.asarray(data.y)
    truth = classes(y) if task in ("binary", "multiclass") else y
    if task in ("binary", "multiclass") and y.ndim > 2:
        return Learnable()  # a class for each place of a sequence or picture
    truth = np.asarray(truth, float).reshape(len(y), -1)
    usable = np.isfinite(x).all(axis=1) & np.isfinite(truth).all(axis=1)
    x, truth = x[usable], truth[usable]
    if len(x) < 2:
        return Learnable(constant="targets" if len(x) else "")
    if not np.ptp(truth, axis=0).any():
        same = _holds_only(truth[0], data.y_val, task)
        return Learnable(constant="targets" if same else "")
    if not np.ptp(x, axis=0).any():
        return Learnable(constant="inputs")
    if few or len(x) < 50:
        return Learnable()
    rows = np.random.default_rng(0).permutation(len(x))[:MOST_ROWS]
    x, truth = x[rows], truth[rows]
    spread = x.std(axis=0)
    x = (x[:, spread > 0] - x.mean(axis=0)[spread > 0]) / spread[spread > 0]
    held = 0 if data.x_val is None else len(data.x_val)
    least = max(NO_SCORE, DEVIATIONS / max(held, 1) ** 0.5)
    return Learnable(_p_value(task, x, truth), _forest(task, data), no_score=least)


def _holds_only(target: Array, y_val: Any, task: str) -> bool:
    """Whether rows to score on have no other target either; else labels were lost."""
    if y_val is None or not len(y_val):
        return True
    other = classes(y_val) if task in ("binary", "multiclass") else np.asarray(y_val)
    return bool((other.reshape(len(other), -1) == target).all())


def _p_value(task: str, x: Array, truth: Array) -> float:
    """Return the p-value of the permutation test."""
    rng = np.random.default_rng(0)
    targets = truth
    if task in ("binary", "multiclass"):
        known = np.unique(truth)
        targets = (truth.reshape(-1, 1) == known[None, :]).astype(float)
    targets = targets - targets.mean(axis=0)
    size = targets.std(axis=0)
    targets = targets[:, size > 0] / size[size > 0]
    targets = targets[:, :20]
    orders = [np.arange(len(x))]
    orders += [rng.permutation(len(x)) for _ in range(PERMUTATIONS)]
    # Columns of all permutations side by side: (rows, permutations * outputs).
    columns = np.concatenate([targets[order] for order in orders], axis=1)
    width = targets.shape[1]

    def by_order(values: Array) -> Array:
        return np.asarray(values.reshape(len(orders), width).mean(axis=1))

    found = [
        _p(by_order(_ridge_gain(x, columns))),
        _p(by_order(_neighbour_gain(x, columns))),
    ]
    return float(min(1.0, 2 * min(found)))


def _p(values: Array) -> float:
    """Return the p-value of the first of these statistics among the others."""
    return float((1 + np.sum(values[1:] >= values[0])) / len(values))


def _ridge_gain(x: Array, columns: Array) -> Array:
    """Return minus the leave-one-out squared error of a ridge regression."""
    gram = x @ x.T / x.shape[1]
    values, vectors = np.linalg.eigh(gram)
    kept = np.clip(values, 0, None)
    penalty = max(float(kept.sum()) / len(x), 1e-9)
    shrink = kept / (kept + penalty)
    hat = (vectors * shrink) @ vectors.T
    left = np.clip(1 - np.diag(hat), 1e-6, None)
    residual = (columns - hat @ columns) / left[:, None]
    return np.asarray(-np.square(residual).mean(axis=0))


def _neighbour_gain(x: Array, columns: Array) -> Array:
    """Return how much the mean of five nearest rows agrees with a row."""
    size = np.square(x).sum(axis=1)
    far = size[:, None] + size[None, :] - 2.0 * (x @ x.T)
    np.fill_diagonal(far, np.inf)
    near = np.argpartition(far, 4, axis=1)[:, :5]
    mean = sum(columns[near[:, k]] for k in range(5)) / 5.0
    return np.asarray((mean * columns).mean(axis=0))


def _forest(task: str, data: Any) -> float | None:
    """Return a random forest's score on the validation rows."""
    from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

    if data.x_val is None or not len(data.x_val):
        return None
    x = np.nan_to_num(np.asarray(data.x, "float32").reshape(len(data.x), -1))
    x_val = np.nan_to_num(
        np.asarray(data.x_val, "float32").reshape(len(data.x_val), -1)
    )
    y, y_val = np.asarray(data.y), np.asarray(data.y_val)
    single = task in ("binary", "multiclass")
    target = classes(y) if single else y.reshape(len(y), -1).astype(float)
    rows = np.random.default_rng(0).permutation(len(x))[:MOST_ROWS]
    x, target = x[rows], target[rows]
    x_val, y_val = x_val[:MOST_ROWS], y_val[:MOST_ROWS]
    if not np.isfinite(np.asarray(target, float)).all():
        return None
    kind: Any = RandomForestClassifier if single else RandomForestRegressor
    options = {"class_weight": "balanced"} if single else {}
    grown = kind(TREES, random_state=0, **options)
    grown.fit(x, target[:, 0] if target.ndim == 2 and target.shape[1] == 1 else target)
    predicted = grown.predict(x_val)
    if single:
        truth = classes(y_val).astype(int)
        count = int(max(truth.max(initial=0), np.asarray(predicted, int).max())) + 1
        if truth.min(initial=0) < 0:
            return None
        return score("multiclass", truth, np.eye(max(2, count))[predicted.astype(int)])
    return score(task, y_val, predicted)
