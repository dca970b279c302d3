"""Training: shuffled batches, forward, loss, backward, Adam; one call of `fit`."""

from __future__ import annotations

from typing import Any

import optlab
from optlab.bench.case import OURS, Benchmark, Subject
from optlab.bench.plan import Plan
from optlab.bench.work import RATE, FitWork


def works(quick: bool) -> dict[str, FitWork]:
    """Return the training sets by the name of their case."""
    digits = FitWork("digits", (128, 10), 32, 5)
    large = FitWork("synthetic", (256, 256, 10), 256, 1, rows=100_000)
    found = {"digits, 64-128-10, batch 32": digits}
    if not quick:
        found["100k x 64, 64-256-256-10, batch 256"] = large
    return found


def cases(plan: Plan) -> list[Benchmark]:
    """Return the two training sets, or the small one."""
    return [_case(plan, name, work) for name, work in works(plan.quick).items()]


def _case(plan: Plan, name: str, work: FitWork) -> Benchmark:
    return Benchmark(
        "fit",
        "fit",
        name,
        {OURS: lambda: ours(work), **plan.rivals("fit", work)},
        unit_count=work.steps,
        unit="step",
        budget=6.0,
        params={"batch_size": work.batch_size, "epochs": work.epochs},
    )


def ours(work: FitWork) -> Subject:
    """Call `optlab.fit`, each time from where the weights are."""
    model = _network(work)
    x, y = work.data

    def run() -> None:
        _fit(model, x, y, work, work.epochs, True)

    def result() -> list[Any]:
        fresh = _network(work)
        head, labels = work.head()
        _fit(fresh, head, labels, work, 1, False)
        return [fresh.predict(head)]

    return Subject(OURS, run, result, 0)


def _network(work: FitWork) -> Any:
    layers = [
        optlab.layers.get({"class_name": name, "config": arguments})
        for name, arguments in work.layers
    ]
    model = optlab.Sequential(layers, input_shape=work.data[0].shape[1:])
    model.set_weights(work.weights())
    return model


def _fit(model: Any, x: Any, y: Any, work: FitWork, epochs: int, shuffle: bool) -> None:
    run = optlab.fit(
        model,
        x,
        y,
        loss=optlab.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=optlab.Adam(RATE),
        batch_size=work.batch_size,
        epochs=epochs,
        shuffle=shuffle,
        progress=None,
    )
    if run.status == "interrupted":
        raise KeyboardInterrupt  # `fit` takes a Ctrl-C for itself, and returns early
