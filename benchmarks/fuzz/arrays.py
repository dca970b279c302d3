"""Odd arrays at the front doors of all kernels, under Numba's guard of indices."""

from __future__ import annotations

from typing import Any

import numpy as np

import optlab
from benchmarks.fuzz.judge import Verdict, judge
from benchmarks.fuzz.values import Rng, array
from optlab.metrics.registry import METRICS


def _target(rng: Rng, rows: int, units: int) -> Any:
    shape = (rows,) if rng.random() < 0.5 else (rows, units)
    if rng.random() < 0.3:
        return rng.integers(0, max(units, 2), shape)
    return array(rng, shape)


def _output(rng: Rng, rows: int, units: int) -> Any:
    if rng.random() < 0.5:
        dtype = np.float32 if rng.random() < 0.5 else np.float64
        return rng.random((rows, units)).astype(dtype)
    return array(rng, (rows, units))


def _metric(rng: Rng) -> Verdict:
    names = [*METRICS]
    name = names[rng.integers(len(names))]
    rows, units = int(rng.integers(1, 9)), int(rng.integers(1, 4))
    y, p = _target(rng, rows, units), _output(rng, rows, units)
    return judge(f"{name}({_told(y)}, {_told(p)})", lambda: METRICS.get(name)(y, p))


def _loss(rng: Rng) -> Verdict:
    names = [*optlab.losses.LOSSES]
    name = names[rng.integers(len(names))]
    rows, units = int(rng.integers(1, 9)), int(rng.integers(1, 4))
    y, p = _target(rng, rows, units), _output(rng, rows, units)
    weights = array(rng, (rows,)) if rng.random() < 0.3 else None
    what = f"{name}({_told(y)}, {_told(p)}, {_told(weights)})"
    return judge(what, lambda: optlab.losses.get(name).value_and_grad(y, p, weights))


def _optimizer(rng: Rng) -> Verdict:
    names = [*optlab.optimizers.OPTIMIZERS]
    name = names[rng.integers(len(names))]
    shape = tuple(int(n) for n in rng.integers(0, 9, rng.integers(0, 4)))
    sound = np.ones(shape, np.float32)
    params = [array(rng, shape) if rng.random() < 0.5 else sound]
    if rng.random() < 0.2:
        part = params[0][1:2] if params[0].ndim else params[0].reshape(1)
        params.append(params[0] if rng.random() < 0.5 else part)
    grads = [array(rng, p.shape) if rng.random() < 0.5 else p for p in params]

    def call() -> None:
        optimizer = optlab.optimizers.get(name)
        optimizer.build(params)
        optimizer.apply(grads)
        optimizer.apply(grads, params)

    what = f"{name}: params {[_told(p) for p in params]}, grads "
    return judge(what + str([_told(g) for g in grads]), call)


def _model(rng: Rng) -> Verdict:
    model = optlab.Sequential(
        [optlab.Dense(4, activation="relu"), optlab.Dense(2)], input_shape=(3,)
    )
    x = array(rng, (5, 3))
    if rng.random() < 0.5:
        return judge(f"predict({_told(x)})", lambda: model.predict(x))
    shapes = [w.shape for w in model.get_weights()]
    weights = [array(rng, s) if rng.random() < 0.5 else np.ones(s) for s in shapes]
    what = f"set_weights({[_told(w) for w in weights]})"
    return judge(what, lambda: model.set_weights(weights))


def _activation(rng: Rng) -> Verdict:
    names = optlab.activations.names()
    name = names[rng.integers(len(names))]
    x = array(rng)
    return judge(f"{name}({_told(x)})", lambda: optlab.activations.get(name)(x))


def _regularizer(rng: Rng) -> Verdict:
    x = array(rng)
    return judge(f"l1_l2({_told(x)})", lambda: optlab.regularizers.L1L2(0.1, 0.1)(x))


def _told(values: Any) -> str:
    if values is None:
        return "None"
    flags = "" if values.flags.c_contiguous else " strided"
    kind = type(values).__name__
    return f"{kind} {values.dtype}{list(values.shape)}{flags}"


_KINDS = (_metric, _metric, _loss, _loss, _optimizer, _optimizer, _model, _activation)


def case(rng: Rng) -> Verdict:
    """Return the verdict on one case of this part."""
    kinds = (*_KINDS, _regularizer)
    return kinds[rng.integers(len(kinds))](rng)
