"""A dense relu layer, forward and backward."""

from __future__ import annotations

from typing import Any

from optlab import Dense, Sequential
from optlab.bench.case import OURS, Benchmark, Subject
from optlab.bench.plan import Plan
from optlab.bench.work import DenseWork
from optlab.kernels.floating_point import flush_subnormals

#: Rows, inputs, units.
_SHAPES = ((32, 64, 64), (256, 256, 256), (1024, 784, 512))


def cases(plan: Plan) -> list[Benchmark]:
    """Return the layer at some shapes."""
    shapes = _SHAPES[:1] if plan.quick else _SHAPES
    return [_case(plan, DenseWork(*shape)) for shape in shapes]


def _case(plan: Plan, work: DenseWork) -> Benchmark:
    name = f"{work.inputs} to {work.units}, {work.rows} rows"
    return Benchmark(
        "dense",
        "dense layer",
        name,
        {OURS: lambda: ours(work), **plan.rivals("dense", work)},
        unit_count=work.rows * work.inputs * work.units,
        unit="multiplication",
        params={"rows": work.rows, "inputs": work.inputs, "units": work.units},
    )


def ours(work: DenseWork) -> Subject:
    """Run a model of one layer, the gradient by its input included."""
    layer = Dense(work.units, activation="relu")
    model = Sequential([layer], input_shape=(work.inputs,))
    model.set_weights([work.kernel, work.bias])
    x, upstream = work.x, work.upstream
    scratch = upstream.copy()
    found: list[Any] = []

    def run() -> None:
        with flush_subnormals():
            out = model.forward(x, True)
            scratch[...] = upstream
            by_x = model.backward(scratch, input_gradient=True)
        found[:] = out, by_x

    def result() -> list[Any]:
        return [found[0], layer.kernel_grad, layer.bias_grad, found[1]]

    return Subject(OURS, run, result)
