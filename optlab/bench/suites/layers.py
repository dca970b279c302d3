"""Training of small convolutional and recurrent networks, as the suite `fit` does it.

The limit is what the products alone would take if every one were a matrix product with
operands that lie ready: forward, by the weights, and by the input of all layers but the
first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from optlab import layers
from optlab.bench.case import LIMIT, OURS, Benchmark, Subject
from optlab.bench.plan import Plan
from optlab.bench.suites.fit import ours
from optlab.bench.work import LayersWork


def _images(first: int, second: int, padding: str) -> tuple[Any, ...]:
    """Return two convolutions, each with a pooling, under a softmax of ten classes."""
    shared = {"kernel_size": 3, "padding": padding, "activation": "relu"}
    return (
        ("Conv2D", {"filters": first, **shared}),
        ("MaxPooling2D", {"pool_size": 2}),
        ("Conv2D", {"filters": second, **shared}),
        ("MaxPooling2D", {"pool_size": 2}),
        ("Flatten", {}),
        ("Dense", {"units": 10}),
    )


_LSTM = (("LSTM", {"units": 32}), ("Dense", {"units": 10}))


def works(quick: bool) -> dict[str, LayersWork]:
    """Return the training sets by the name of their case."""
    found = {
        "8x8 digits, Conv2D 16-32, batch 32": LayersWork(
            "digits", (), 32, 2, shape=(8, 8, 1), stack=_images(16, 32, "same")
        ),
        "50 steps, LSTM 32, batch 32": LayersWork(
            "noise", (), 32, 1, rows=640, shape=(50, 8), stack=_LSTM
        ),
    }
    if not quick:
        found["28x28, Conv2D 32-64, batch 64"] = LayersWork(
            "noise",
            (),
            64,
            1,
            rows=1280,
            shape=(28, 28, 1),
            stack=_images(32, 64, "valid"),
        )
    return found


def cases(plan: Plan) -> list[Benchmark]:
    """Return the training sets whose layers there are."""
    return [
        _case(plan, name, work)
        for name, work in works(plan.quick).items()
        if all(layer in layers.REGISTRY for layer, _ in work.layers)
    ]


def _case(plan: Plan, name: str, work: LayersWork) -> Benchmark:
    return Benchmark(
        "layers",
        "layers",
        name,
        {
            OURS: lambda: ours(work),
            LIMIT: lambda: limit(work),
            **plan.rivals("fit", work),
        },
        unit_count=work.steps,
        unit="step",
        budget=6.0,
        params={"batch_size": work.batch_size, "epochs": work.epochs},
    )


def limit(work: LayersWork) -> Subject | None:
    """Multiply matrices of the sizes that the layers multiply, once a step."""
    shapes = []
    for layer in work.model().layers:
        if isinstance(layer, layers.Conv2D):
            depth = math.prod(layer.kernel_size) * layer.input_shape[-1]
            pixels = math.prod(layer.output_shape[:-1])
            shapes.append((pixels * work.batch_size, depth, layer.filters))
        elif isinstance(layer, layers.Dense):
            shapes.append((work.batch_size, layer.input_shape[-1], layer.units))
        elif layer.learns:
            return None
    random = np.random.default_rng(0)
    products = []
    for number, (rows, depth, columns) in enumerate(shapes):
        a, b, c = (
            random.standard_normal(shape, np.float32)
            for shape in ((rows, depth), (depth, columns), (rows, columns))
        )
        products += [(a, b, np.empty_like(c)), (a.T, c, np.empty_like(b))]
        if number:
            products.append((c, b.T, np.empty_like(a)))

    def run() -> None:
        for _ in range(work.steps):
            for left, right, out in products:
                np.dot(left, right, out)

    return Subject(LIMIT, run)
