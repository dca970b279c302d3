"""Losses and their gradients against tf.keras and GradientTape."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from optlab import losses
from optlab.errors import InputError
from optlab.typing import Array
from optlab.validation.checks.tolerances import loss_tolerance
from optlab.validation.parity import Where, compare
from optlab.validation.results import Result
from optlab.validation.runtime import load
from optlab.validation.twins.losses import loss_to_keras

#: Loss, arguments, and what its predictions are.
LOSSES: list[tuple[str, dict[str, Any], str]] = [
    ("mean_squared_error", {}, "numbers"),
    ("mean_absolute_error", {}, "numbers"),
    ("huber", {}, "numbers"),
    ("huber", {"delta": 0.3}, "numbers"),
    ("log_cosh", {}, "numbers"),
    ("hinge", {}, "numbers"),
    ("squared_hinge", {}, "numbers"),
    ("categorical_hinge", {}, "numbers"),
    ("cosine_similarity", {}, "numbers"),
    ("poisson", {}, "counts"),
    ("kl_divergence", {}, "shares"),
    ("mean_squared_logarithmic_error", {}, "counts"),
    ("mean_absolute_percentage_error", {}, "numbers"),
    ("binary_crossentropy", {}, "chances"),
    ("binary_crossentropy", {"label_smoothing": 0.1}, "chances"),
    ("binary_crossentropy", {"from_logits": True}, "scores"),
    ("categorical_crossentropy", {}, "shares"),
    ("categorical_crossentropy", {"label_smoothing": 0.1}, "shares"),
    ("categorical_crossentropy", {"from_logits": True}, "scores"),
    ("sparse_categorical_crossentropy", {}, "shares"),
    ("sparse_categorical_crossentropy", {"from_logits": True}, "scores"),
]

_SHAPE = (67, 5)


def check_losses(dtypes: Sequence[str]) -> Iterator[Result]:
    """Yield a row for each loss and dtype: value and gradient, also weighted."""
    for name, arguments, kind in LOSSES:
        for dtype in dtypes:
            yield _check(name, arguments, kind, dtype)


def _check(name: str, arguments: dict[str, Any], kind: str, dtype: str) -> Result:
    started = time.perf_counter()
    tf = load().tf
    ours = losses.get({"name": name, **arguments})
    allowed = loss_tolerance(name, dtype)
    label = " ".join([name, *(f"{k}={v}" for k, v in arguments.items())])
    try:
        twin = loss_to_keras(ours, dtype)
    except InputError as error:  # An older tf.keras has no float64 losses.
        row = ("losses", label, dtype, "eager", "", allowed)
        return Result(*row, refused=str(error))
    found = []
    for weighted in (False, True):
        y, p, weights = _data(name, kind, np.dtype(dtype))
        given = weights if weighted else None
        value, gradient = ours.value_and_grad(y, p, given)
        x = tf.constant(p)
        with tf.GradientTape() as tape:
            tape.watch(x)
            expected = twin(y, x, sample_weight=given)
        slopes = tape.gradient(expected, x).numpy()
        suffix = ", weighted" if weighted else ""
        pairs = (
            ("value", np.asarray(value, dtype), expected.numpy()),
            ("gradient", gradient, slopes),
        )
        for what, actual, theirs in pairs:
            scale = np.full(theirs.shape, np.abs(theirs).max())
            where = Where(label, dtype, "eager", None, what + suffix)
            found.append(compare(actual, theirs, allowed, where, scale))
    seconds = time.perf_counter() - started
    return Result("losses", label, dtype, "eager", "", allowed, found, seconds=seconds)


def _data(name: str, kind: str, dtype: np.dtype[Any]) -> tuple[Array, Array, Array]:
    """Return targets, predictions and weights, some predictions at the extremes."""
    rng = np.random.default_rng(3)
    scores = rng.standard_normal(_SHAPE) * 3
    scores[0], scores[1] = 30.0, -30.0
    shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    p = {
        "numbers": scores,
        "scores": scores,
        "chances": 1 / (1 + np.exp(-scores)),
        "shares": shares,
        "counts": np.abs(scores),
    }[kind]
    labels = rng.integers(0, _SHAPE[1], _SHAPE[0])
    y: Array
    if name.startswith("sparse"):
        y = labels
    elif name.startswith("categorical"):
        y = np.eye(_SHAPE[1], dtype=dtype)[labels]
    elif name == "kl_divergence":
        y = shares[::-1].astype(dtype)
    elif kind == "counts":
        y = rng.poisson(2.0, _SHAPE).astype(dtype)
    elif name in ("hinge", "squared_hinge"):
        y = rng.choice([-1.0, 1.0], _SHAPE).astype(dtype)
    elif name.startswith("binary"):
        y = rng.integers(0, 2, _SHAPE).astype(dtype)
    else:
        y = (scores + rng.standard_normal(_SHAPE)).astype(dtype)
    return y, p.astype(dtype), rng.uniform(0.1, 3.0, _SHAPE[0]).astype(dtype)
