"""Walk down an analytic function with ours and with tf.keras, from the same start.

The gradients come from the same function of ours, each at its own point, so the points
stay equal to the last bit as long as the optimizers do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.experiments import Built
from optlab.kernels.floating_point import flush_subnormals
from optlab.optimizers import ScheduleFreeAdamW
from optlab.training import minimize
from optlab.validation.runs.comparison import RunComparison, StepRow
from optlab.validation.runs.distances import relative_distance, worst
from optlab.validation.runtime import load
from optlab.validation.twins.aliased import AliasedScheduleFreeAdamW
from optlab.validation.twins.optimizers import optimizer_to_keras


def compare_walk(
    built: Built,
    dtype: str = "float64",
    progress: Callable[[int], Any] | None = None,
) -> RunComparison:
    """Minimize a function with our optimizer and with its twin.

    Parameters
    ----------
    built : Built
        With a problem.
    dtype : str
        What point and optimizer compute in.
    progress : callable, optional
        Called with the number of steps done.
    """
    runtime = load()
    problem, optimizer = built.problem, built.optimizer
    config = optimizer.get_config()
    twin_of = type(optimizer).from_config(config)
    if type(optimizer) is ScheduleFreeAdamW:
        optimizer = AliasedScheduleFreeAdamW.from_config(config)
    run = minimize(problem, optimizer, dtype=dtype, **built.fit_arguments)
    found = RunComparison(dtype, repr(optimizer), run.status)
    points: Any = run.trajectory
    x = runtime.keras.Variable(points[0], dtype=dtype, name="x")
    twin = optimizer_to_keras(twin_of, [x])
    for step in range(1, len(points)):
        here = x.numpy()
        with flush_subnormals():
            value, slope = problem.value_and_grad(here)
        twin.apply([runtime.tf.constant(np.asarray(slope, here.dtype))])
        ours, theirs = [points[step]], [x.numpy()]
        found.rows.append(
            StepRow(
                step,
                float(run.losses[step - 1]),
                float(value),
                relative_distance(ours, theirs),
                None,
                None,
                worst(["x"], ours, theirs),
            )
        )
        if progress is not None:
            progress(step)
    return found
