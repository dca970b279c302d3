"""Where the parallel loop begins to pay: `PARALLEL_FROM` in optlab.optimizers.stepper.

And up to which size of tensor gradients are gathered for one call: `GATHER_UP_TO`.
"""

import numpy as np
import pytest

from optlab import Adam, Parameters
from optlab.optimizers import stepper

SIZES = (10_000, 20_000, 50_000, 100_000, 200_000, 500_000)
MEANS = (128, 512, 2_048, 8_192, 16_384, 32_768)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("loop", ["serial", "parallel"])
def bench_parallel_from(benchmark, monkeypatch, loop, size):
    monkeypatch.setattr(stepper, "PARALLEL_FROM", size + (loop == "serial"))
    grads, params = Parameters([(size,)]), Parameters([(size,)])
    grads.flat[:] = np.random.default_rng(0).standard_normal(size, np.float32)
    optimizer = Adam()
    optimizer.build(params)
    optimizer.apply(grads)
    benchmark.group = f"threshold: {size}"
    benchmark(optimizer.apply, grads)


@pytest.mark.parametrize("mean", MEANS)
@pytest.mark.parametrize("way", ["gathered", "apart"])
def bench_gather_up_to(benchmark, monkeypatch, way, mean):
    monkeypatch.setattr(stepper, "GATHER_UP_TO", mean - (way == "apart"))
    random = np.random.default_rng(0)
    grads = [random.standard_normal(mean, np.float32) for _ in range(20)]
    optimizer = Adam()
    optimizer.build([grad.copy() for grad in grads])
    optimizer.apply(grads)
    benchmark.group = f"gathering: 20 tensors of {mean}"
    benchmark(optimizer.apply, grads)
