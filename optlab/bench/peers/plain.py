"""Plain NumPy: the update rule, the loss, the layer as one would write them."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab import optimizers
from optlab.bench.case import Subject
from optlab.bench.work import BEFORE, DenseWork, LossWork, StepWork
from optlab.kernels.floating_point import flush_subnormals
from optlab.kernels.rules.weight_decay import decay_weights
from optlab.optimizers import RuleOptimizer


def step(mode: str, work: StepWork) -> Subject | None:
    """Run the rule of an elementwise optimizer on whole arrays, rebinding the names."""
    optimizer: RuleOptimizer = optimizers.get(work.config())  # type: ignore[assignment]
    rule = optimizer.rule
    if not rule.elementwise or set(work.options) - {"weight_decay", "amsgrad"}:
        return None
    usual = type(optimizer).initial_state is RuleOptimizer.initial_state
    if optimizer.renewed is not None or not usual:
        return None  # its scalars or its slots need more than the rule
    params, grads = work.copies(), work.grads
    number = np.dtype(work.dtype).type
    slots = [
        [np.full_like(p, rule.initial.get(name, 0.0)) for name in rule.slots]
        for p in params
    ]
    hyper = [number(value) for value in optimizer.hyper()]
    decay = number(optimizer.options.weight_decay or 0.0)
    rate = number(optimizer.learning_rate)
    done = 0

    def run() -> None:
        nonlocal done
        done += 1
        with flush_subnormals():
            scalars = rule.coefficients(number(1), number(done), rate, *hyper)
            for k, grad in enumerate(grads):
                p = params[k]
                if decay:
                    p = decay_weights(p, decay, rate)
                params[k], *slots[k] = rule.function(p, grad, *slots[k], *scalars)

    return Subject("numpy", run, lambda: params, BEFORE)


def loss(mode: str, work: LossWork) -> Subject | None:
    """Compute value and gradient by the formula of the book."""
    formula = _LOSSES.get(work.name)
    if formula is None:
        return None
    y, p = work.y, work.prediction
    found: list[Any] = []

    def run() -> None:
        found[:] = formula(y, p)

    return Subject(
        "numpy",
        run,
        lambda: [np.asarray(found[0], p.dtype), found[1]],
        tolerance=1e-5,
        reason="another order of summation, NumPy's exp and log",
    )


def dense(mode: str, work: DenseWork) -> Subject:
    """Compute relu(x W + b) and the gradients of W, b and x."""
    x, kernel, bias, upstream = work.x, work.kernel, work.bias, work.upstream
    found: list[Any] = []

    def run() -> None:
        z = x @ kernel + bias
        out = np.maximum(z, 0)
        grad = upstream * (z > 0)
        found[:] = out, x.T @ grad, grad.sum(0), grad @ kernel.T

    return Subject(
        "numpy", run, lambda: found, tolerance=1e-5, reason="another order of summation"
    )


def _mse(y: Any, p: Any) -> Any:
    error = p - y
    return np.mean(error * error), error * p.dtype.type(2 / error.size)


def _mae(y: Any, p: Any) -> Any:
    error = p - y
    return np.mean(np.abs(error)), np.sign(error) / p.dtype.type(error.size)


def _huber(y: Any, p: Any) -> Any:
    error = p - y
    size = np.abs(error)
    half = p.dtype.type(0.5)
    value = np.where(size <= 1, half * error * error, size - half)
    return np.mean(value), np.clip(error, -1, 1) / p.dtype.type(error.size)


def _binary(y: Any, p: Any) -> Any:
    value = np.maximum(p, 0) - p * y + np.log1p(np.exp(-np.abs(p)))
    return np.mean(value), (1 / (1 + np.exp(-p)) - y) / p.dtype.type(p.size)


def _sparse(y: Any, p: Any) -> Any:
    shifted = p - p.max(1, keepdims=True)
    powers = np.exp(shifted)
    sums = powers.sum(1, keepdims=True)
    rows = np.arange(len(y))
    grad = powers / sums
    grad[rows, y] -= 1
    grad /= len(y)
    return np.mean(np.log(sums[:, 0]) - shifted[rows, y]), grad


_LOSSES = {
    "mse": _mse,
    "mae": _mae,
    "huber": _huber,
    "binary_crossentropy": _binary,
    "sparse_categorical_crossentropy": _sparse,
}
