"""Optimizer steps: every size, many small tensors, a real model, every optimizer.

The limit is the same memory traffic without the arithmetic (`optlab.kernels.traffic`),
on the very arrays of ours, which it leaves as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from optlab import optimizers
from optlab.bench import machine
from optlab.bench.case import LIMIT, OURS, Benchmark, Subject
from optlab.bench.plan import QUICK_SIZES, SIZES, Plan
from optlab.bench.work import BEFORE, StepWork
from optlab.kernels.traffic import TRAFFIC, traffic_serial
from optlab.optimizers.stepper import PARALLEL_FROM
from optlab.parameters import Parameters
from optlab.typing import Array

Shapes = tuple[tuple[int, ...], ...]

#: 200 small tensors; a mixed model: an embedding, two blocks, a head.
MANY: Shapes = ((100,),) * 200
_BLOCK: Shapes = (
    *(((128, 128), (128,)) * 4),
    (128,),
    (128,),
    (128, 512),
    (512,),
    (512, 128),
    (128,),
    (128,),
    (128,),
)
MIXED: Shapes = ((5000, 128), (64, 128), *_BLOCK, *_BLOCK, (128, 10), (10,))

#: Where the traffic decides: beyond every cache.
_LARGE = 50_000_000
#: Rounds take long there, and a fair ratio needs a dozen.
_LARGE_BUDGET = 6.0
#: Whole-tensor rules do much more than traffic: a matrix that fits any cache.
_MATRIX: Shapes = ((256, 256),)
_OPTIONS: dict[str, dict[str, Any]] = {
    "plain": {},
    "weight_decay": {"weight_decay": 0.004},
    "clipvalue": {"clipvalue": 0.5},
    # About half the norm of the gradients. With a much smaller bound they would no
    # longer be large against epsilon, which optax adds in another place.
    "clipnorm": {"clipnorm": 500.0},
    "global_clipnorm": {"global_clipnorm": 500.0},
    "use_ema": {"use_ema": True},
    "gradient_accumulation_steps": {"gradient_accumulation_steps": 2},
    "loss_scale_factor": {"loss_scale_factor": 8.0},
    "amsgrad": {"amsgrad": True},
}
#: Arrays of the parameters' size that a peer holds besides the slots: parameters,
#: its own copy of the gradients, temporaries at its peak.
_ARRAYS = {
    "numpy": 5,
    "keras-eager": 5,
    "keras-function": 4,
    "keras-xla": 3,
    "torch-single": 3,
    "torch-foreach": 4,
    "torch-fused": 1,
    "optax": 4,
    OURS: 1,
    f"{OURS} arena": 2,
}


def cases(plan: Plan) -> list[Benchmark]:
    """Return the steps by size, by layout, by optimizer and by option."""
    found = [_one_tensor(plan, n) for n in _sizes(plan)]
    if plan.sizes is None or plan.quick:
        found.append(_many_tensors(plan, "200 of 100", MANY))
    if plan.sizes is None and not plan.quick:
        found.append(_many_tensors(plan, "mixed model", MIXED))
    if plan.quick or plan.sizes is not None:
        return found
    return found + by_optimizer(plan) + by_option(plan)


def _one_tensor(plan: Plan, n: int) -> Benchmark:
    return case(plan, "Adam step, one tensor", f"{n}", StepWork("adam", ((n,),)))


def _many_tensors(plan: Plan, name: str, shapes: Shapes) -> Benchmark:
    return case(plan, "Adam step, many tensors", name, StepWork("adam", shapes))


def by_optimizer(plan: Plan) -> list[Benchmark]:
    """Return one case an optimizer: within caches, and against the limit beyond."""
    found = []
    alone = Plan(sizes=plan.sizes)
    for name in plan.optimizers or optimizers.TWINS:
        optimizer: Any = optimizers.get(name)
        if optimizer.rule.elementwise:
            found.append(
                case(plan, "optimizers", name, StepWork(name, ((1_000_000,),)))
            )
            large = StepWork(name, ((_LARGE,),))
            found.append(case(alone, "optimizers, 5e7", name, large))
        else:
            found.append(case(plan, "optimizers", name, StepWork(name, _MATRIX)))
    return found


def by_option(plan: Plan) -> list[Benchmark]:
    """Return Adam with each option, at a size within the caches."""
    return [
        case(plan, "options", name, StepWork("adam", ((1_000_000,),), options))
        for name, options in _OPTIONS.items()
    ]


def case(plan: Plan, group: str, name: str, work: StepWork) -> Benchmark:
    """Return the case of one piece of work."""
    optimizer: Any = optimizers.get(work.config())
    rule = optimizer.rule
    count = sum(int(np.prod(shape)) for shape in work.shapes)
    size = count * np.dtype(work.dtype).itemsize
    kept: list[Array] = []
    subjects: dict[str, Callable[[], Subject | None]] = {OURS: lambda: ours(work, kept)}
    if len(work.shapes) > 1:
        subjects[f"{OURS} arena"] = lambda: ours_in_arena(work, kept)
    if rule.elementwise and len(rule.slots) in TRAFFIC:
        subjects[LIMIT] = lambda: limit(work, kept)
    subjects |= plan.rivals("step", work)
    moved = size * (1 + 2 * (1 + len(rule.slots))) if rule.elementwise else 0
    needed = {
        name: size * (_ARRAYS.get(name, 4) + len(rule.slots)) for name in subjects
    }
    needed[OURS] += size
    needed.pop(LIMIT, None)

    def forget() -> None:
        kept.clear()
        work.__dict__.pop("grads", None)

    return Benchmark(
        "step",
        group,
        name,
        subjects,
        bytes_moved=moved,
        needed=needed,
        unit_count=count,
        unit="parameter",
        budget=_LARGE_BUDGET if count >= _LARGE else 1.0,
        params={"optimizer": work.optimizer, "parameters": count, **_words(work)},
        forget=forget,
    )


def ours(work: StepWork, kept: list[Array] | None = None) -> Subject:
    """Step separate arrays through `apply`; keep the arrays of a single one."""
    optimizer = optimizers.get(work.config())
    params, grads = work.copies(), work.grads
    optimizer.build(params)
    if kept is not None and len(params) == 1:
        _keep(kept, params[0], grads[0], optimizer)
    return Subject(OURS, partial(optimizer.apply, grads), lambda: params, BEFORE)


def ours_in_arena(work: StepWork, kept: list[Array] | None = None) -> Subject:
    """Step an arena through `apply`; keep its arrays."""
    optimizer = optimizers.get(work.config())
    params, grads = work.arena(), Parameters.from_arrays(work.grads)
    optimizer.build(params)
    if kept is not None:
        _keep(kept, params.flat, grads.flat, optimizer)
    return Subject(
        f"{OURS} arena", partial(optimizer.apply, grads), lambda: list(params), BEFORE
    )


def _keep(kept: list[Array], param: Array, grad: Array, optimizer: Any) -> None:
    """Write down the gradient, the parameter and the slots, flat."""
    slots = [optimizer.stepper.state[name].flat for name in optimizer.rule.slots]
    kept[:] = [grad.reshape(-1), param.reshape(-1), *slots]


def limit(work: StepWork, kept: list[Array]) -> Subject:
    """Read and write our arrays, without the arithmetic."""
    if not kept:
        (ours if len(work.shapes) == 1 else ours_in_arena)(work, kept)
    grad, *arrays = kept
    nothing = grad.dtype.type(0)
    if grad.size < PARALLEL_FROM:
        together = tuple(arrays)
        return Subject(LIMIT, partial(traffic_serial, nothing, grad, together))
    loop = TRAFFIC[len(arrays) - 1]
    return Subject(LIMIT, partial(loop, nothing, grad, *arrays))


def _sizes(plan: Plan) -> tuple[int, ...]:
    """Return the sizes; those asked for are checked before anything is allocated."""
    if plan.sizes is None:
        return QUICK_SIZES if plan.quick else SIZES
    for n in plan.sizes:
        planned = _one_tensor(plan, n)
        machine.check_memory(planned.memory(), f"An Adam step on {n} parameters")
    return plan.sizes


def _words(work: StepWork) -> Mapping[str, Any]:
    return {"tensors": len(work.shapes), **work.options}
