"""Data made to order: small problems whose difficulty is known.

Each generator is a function of keyword options and a seed; scikit-learn makes the rows
where it can.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from optlab.data.raw import Raw
from optlab.data.record import Task
from optlab.errors import InputError, nearest

Rows = tuple[npt.NDArray[np.float64], npt.NDArray[Any]]


def circles(
    n_samples: int = 500, noise: float = 0.1, factor: float = 0.5, *, seed: int
) -> Rows:
    """Make two circles, one inside the other; `factor` is the ratio of their radii."""
    from sklearn.datasets import make_circles

    found: Rows = make_circles(n_samples, noise=noise, factor=factor, random_state=seed)
    return found


def moons(n_samples: int = 500, noise: float = 0.2, *, seed: int) -> Rows:
    """Make two half circles, one reaching into the other."""
    from sklearn.datasets import make_moons

    found: Rows = make_moons(n_samples, noise=noise, random_state=seed)
    return found


def spirals(
    n_samples: int = 500, noise: float = 0.1, turns: float = 1.5, *, seed: int
) -> Rows:
    """Make two spirals, one within the other."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n_samples) % 2
    radius = np.sqrt(rng.uniform(0.02, 1.0, n_samples))
    angle = 2 * np.pi * turns * radius + np.pi * labels
    x = 3 * radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return x + noise * rng.standard_normal(x.shape), labels


def blobs(
    n_samples: int = 500,
    centers: int = 3,
    n_features: int = 2,
    cluster_std: float = 1.0,
    *,
    seed: int,
) -> Rows:
    """Make normal clusters around `centers` random points, one class each."""
    from sklearn.datasets import make_blobs

    found: Rows = make_blobs(
        n_samples,
        centers=centers,
        n_features=n_features,
        cluster_std=cluster_std,
        random_state=seed,
    )
    return found


def linear(
    n_samples: int = 200,
    n_features: int = 5,
    noise: float = 0.1,
    bias: float = 0.0,
    *,
    seed: int,
) -> Rows:
    """Make standard normal inputs, and a noisy linear function of them."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_samples, n_features))
    coefficients = rng.standard_normal(n_features)
    return x, x @ coefficients + bias + noise * rng.standard_normal(n_samples)


def sine(
    n_samples: int = 200, noise: float = 0.1, periods: float = 1.0, *, seed: int
) -> Rows:
    r"""Make a noisy sine, :math:`y = \sin(x) + \epsilon`, over `periods` periods."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(-np.pi * periods, np.pi * periods, n_samples))
    return x[:, np.newaxis], np.sin(x) + noise * rng.standard_normal(n_samples)


def imbalanced(
    n_samples: int = 1000,
    n_features: int = 10,
    minority: float = 0.05,
    class_sep: float = 0.5,
    *,
    seed: int,
) -> Rows:
    """Make two classes of which the second holds the share `minority` of the rows.

    Two columns tell them apart, the others are noise; the classes overlap unless
    `class_sep` is large.
    """
    from sklearn.datasets import make_classification

    found: Rows = make_classification(
        n_samples,
        n_features=n_features,
        n_informative=2,
        n_redundant=0,
        n_clusters_per_class=1,
        weights=[1.0 - minority, minority],
        flip_y=0.0,
        class_sep=class_sep,
        random_state=seed,
    )
    return found


def adding(n_samples: int = 1000, steps: int = 12, *, seed: int) -> Rows:
    """Make sequences of numbers of which two are marked; their sum is the target.

    Each step has a number in [0, 1] and a mark, 0 or 1 (Hochreiter and Schmidhuber,
    1997, "Long short-term memory"). One mark is in the first half of the steps, one in
    the second. Who always answers 1 has a mean squared error of 1/6.
    """
    rng = np.random.default_rng(seed)
    x = np.zeros((n_samples, steps, 2))
    x[:, :, 0] = rng.random((n_samples, steps))
    rows, half = np.arange(n_samples), steps // 2
    x[rows, rng.integers(0, half, n_samples), 1] = 1
    x[rows, rng.integers(half, steps, n_samples), 1] = 1
    return x, np.sum(x[:, :, 0] * x[:, :, 1], axis=1)


def sentences(
    n_samples: int = 1000,
    vocabulary: int = 100,
    steps: int = 16,
    noise: float = 0.0,
    *,
    seed: int,
) -> Rows:
    """Make sequences of word numbers, padded with 0, in two classes.

    A word is any of 1 to ``vocabulary - 1``. The first tenth of them speak for class 0
    and the next tenth for class 1; the class is that of which a row has more. The share
    `noise` of the labels is drawn anew.
    """
    rng = np.random.default_rng(seed)
    x = rng.integers(1, vocabulary, (n_samples, steps))
    tenth = max(1, vocabulary // 10)
    # One word in three tells something, and a row leans to one side.
    side = rng.integers(0, 2, (n_samples, 1))
    leans = np.where(rng.random(x.shape) < 0.8, side, 1 - side)
    telling = 1 + rng.integers(0, tenth, x.shape) + tenth * leans
    x = np.where(rng.random(x.shape) < 1 / 3, telling, x)
    lengths = rng.integers((steps + 1) // 2, steps + 1, (n_samples, 1))
    x[np.arange(steps) >= lengths] = 0
    first = ((x >= 1) & (x <= tenth)).sum(axis=1)
    second = ((x > tenth) & (x <= 2 * tenth)).sum(axis=1)
    y = np.where(first == second, side[:, 0], second > first).astype(np.int64)
    again = rng.random(n_samples) < noise
    return x.astype(np.float64), np.where(again, rng.integers(0, 2, n_samples), y)


#: name -> (function, task)
GENERATORS: dict[str, tuple[Callable[..., Rows], Task]] = {
    "adding": (adding, "regression"),
    "blobs": (blobs, "multiclass"),
    "circles": (circles, "binary"),
    "imbalanced": (imbalanced, "binary"),
    "linear": (linear, "regression"),
    "moons": (moons, "binary"),
    "sentences": (sentences, "binary"),
    "sine": (sine, "regression"),
    "spirals": (spirals, "binary"),
}

#: option -> (least value, greatest value)
_RANGES: dict[str, tuple[float, float]] = {
    "n_samples": (1, 10_000_000),
    "n_features": (1, 100_000),
    "steps": (2, 100_000),
    "vocabulary": (3, 1_000_000),
    "centers": (1, 10_000),
    "noise": (0.0, np.inf),
    "factor": (0.0, 1.0),
    "cluster_std": (0.0, np.inf),
    "bias": (-np.inf, np.inf),
    "periods": (0.0, np.inf),
    "turns": (0.0, 100.0),
    "minority": (0.0, 1.0),
    "class_sep": (0.0, np.inf),
}


def defaults(name: str) -> dict[str, int | float]:
    """Return the options of a generator with their default values."""
    signature = inspect.signature(GENERATORS[name][0])
    return {
        key: parameter.default
        for key, parameter in signature.parameters.items()
        if key != "seed"
    }


def check_options(name: str, options: Mapping[str, object]) -> list[str]:
    """Return what is wrong with the options of a generator, one line each."""
    known = defaults(name)
    problems = []
    for key, value in options.items():
        if key not in known:
            guess = nearest(key, known)
            hint = f" Did you mean {guess!r}?" if guess else ""
            problems.append(
                f"the generator {name!r} has no option {key!r}.{hint} "
                f"Valid: {', '.join(known)}."
            )
            continue
        whole = isinstance(known[key], int)
        fits = isinstance(value, int if whole else (int, float))
        if not fits or isinstance(value, bool):
            kind = "a whole number" if whole else "a number"
            problems.append(f"{key} must be {kind}. Received: {key}={value!r}")
            continue
        low, high = _RANGES[key]
        # Written so that NaN fails, too.
        if not low <= float(value) <= high:  # type: ignore[arg-type]
            problems.append(
                f"{key} must be in [{low:g}, {high:g}]. Received: {key}={value!r}"
            )
    if name == "circles" and options.get("factor") == 1:
        problems.append("factor must be below 1. Received: factor=1")
    if name == "imbalanced" and options.get("n_features") == 1:
        problems.append("n_features must be at least 2. Received: n_features=1")
    return problems


def generate(name: str, options: Mapping[str, Any], seed: int) -> Raw:
    """Make the rows of the generator `name`.

    Parameters
    ----------
    name : str
        A key of `GENERATORS`.
    options : mapping
        Arguments of the generator; the rest keep their defaults.
    seed : int
        Fixes the rows.

    Raises
    ------
    InputError
        If an option is unknown or out of range.
    """
    problems = check_options(name, options)
    if problems:
        raise InputError(f"[data] options: {'; '.join(problems)}")
    function, task = GENERATORS[name]
    x, y = function(**options, seed=seed)
    if task == "multiclass" and len(np.unique(y)) == 2:
        task = "binary"
    row_shape = x.shape[1:] if x.ndim > 2 else None
    x = np.asarray(x, np.float64).reshape(len(x), -1)
    return Raw(
        source=name,
        x=x,
        y=np.asarray(y),
        row_shape=row_shape,
        feature_names=[f"x{column}" for column in range(x.shape[1])],
        target_names=["y"],
        class_names=[]
        if task == "regression"
        else [str(label) for label in range(int(y.max()) + 1)],
        task=task,
    )
