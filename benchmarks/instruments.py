"""What the instruments cost: a Hessian product in gradients, all of them in steps.

``python -m benchmarks.instruments`` prints both. Times are the least of many, taken in
turn, so that what else the machine does counts as little as it can.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from optlab import experiments
from optlab.instruments import Hessian
from optlab.instruments.measuring import Meter
from optlab.tracing import INSTRUMENTS
from optlab.training import fit
from optlab.training.objective import Objective

#: Rows of the digits, and how often each is timed.
_ROWS = {32: 2000, 256: 400, 1437: 60}


def _least(functions: list[Callable[[], Any]], times: int) -> list[float]:
    """Return the least time of each, in microseconds."""
    found = [float("inf")] * len(functions)
    for _ in range(times):
        for k, function in enumerate(functions):
            start = time.perf_counter()
            function()
            found[k] = min(found[k], time.perf_counter() - start)
    return [1e6 * seconds for seconds in found]


def products() -> None:
    """Print the time of a gradient and of a product for several numbers of rows."""
    built = experiments.find("digits").build(seed=0)
    model, data = built.model, built.data
    objective = Objective(model, built.loss)
    for rows, times in _ROWS.items():
        x, y = np.ascontiguousarray(data.x[:rows]), data.y[:rows]
        hessian = Hessian(model, built.loss, x, y)
        target = objective.loss.prepare_targets(y, model.output_shape, model.dtype)
        grad = np.empty((rows, *model.output_shape), model.dtype)
        v = np.random.default_rng(0).standard_normal((1, hessian.shape[0]))
        v = v.astype(model.dtype)

        def gradient(x: Any = x, target: Any = target, grad: Any = grad) -> None:
            output = model.forward(x, True)
            objective.into(target, objective.scores(output), None, grad)
            model.backward(grad, objective.uses_logits)

        product = hessian._engine.product
        one, other = _least([gradient, lambda p=product, v=v: p(v)], times)
        print(
            f"{rows:5} rows: gradient {one:8.1f} us, product {other:8.1f} us, "
            f"{other / one:.2f} gradients"
        )


def readings() -> None:
    """Print what reading instruments takes, in steps of training the digits."""
    experiment = experiments.find("digits")
    built = experiment.build(seed=0)
    model, optimizer, data = built.model, built.optimizer, built.data
    arguments = {**built.fit_arguments, "epochs": 1, "validation_data": None}

    def trained() -> float:
        run = fit(
            model, data.x, data.y, loss=built.loss, optimizer=optimizer, **arguments
        )
        return 1e6 * run.seconds / run.steps

    step = min(trained() for _ in range(200))
    print(f"a step of training, 32 rows: {step:.1f} us")
    objective = Objective(model, built.loss)
    x = np.ascontiguousarray(data.x[:32])
    y = objective.loss.prepare_targets(data.y[:32], model.output_shape, model.dtype)
    update = np.full(model.parameters.size, 1e-4, model.dtype)
    for names in ("all", *INSTRUMENTS):
        meter = Meter(objective, optimizer, [names])
        for k in range(20):
            meter.read(k, model.parameters.flat, update, (x, y, None), 1e-3)
        point = model.parameters.flat

        def read(meter: Any = meter, point: Any = point) -> None:
            meter.read(1, point, update, (x, y, None), 1e-3)

        (one,) = _least([read], 2000)
        print(f"{names:25} {one:8.1f} us, {one / step:5.2f} steps")


def main() -> None:
    """Print everything."""
    products()
    readings()


if __name__ == "__main__":
    main()
