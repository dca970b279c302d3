"""How a step grows faster with threads: 1, 2, all. Everything is over ours with 1."""

from __future__ import annotations

from collections.abc import Callable

from optlab.bench import machine
from optlab.bench.case import LIMIT, OURS, Benchmark, Subject
from optlab.bench.peers import Peer
from optlab.bench.plan import Plan
from optlab.bench.suites import step
from optlab.bench.work import StepWork


def cases(plan: Plan) -> list[Benchmark]:
    """Return an Adam step on one tensor within the caches and one beyond."""
    sizes = (1_000_000,) if plan.quick else (1_000_000, 10_000_000)
    return [_case(plan, n) for n in sizes]


def _case(plan: Plan, n: int) -> Benchmark:
    work = StepWork("adam", ((n,),))
    model = step.case(Plan(), "threads", f"{n}", work)
    subjects: dict[str, Callable[[], Subject | None]] = {}
    for count in sorted({1, min(2, machine.usable_cpus()), machine.usable_cpus()}):
        variant = "" if count == 1 else f", {count} threads"
        subjects[OURS + variant] = _with_threads(lambda: step.ours(work), count)
        limit = _with_threads(lambda: step.limit(work, []), count)
        subjects[LIMIT + variant] = limit
        for peer in plan.peers:
            if peer.name == "torch-fused":
                subjects[peer.name + variant] = _torch(peer, work, count)
    return Benchmark(
        "threads",
        "threads",
        f"adam, {n}",
        subjects,
        bytes_moved=model.bytes_moved,
        needed=dict.fromkeys(subjects, model.needed["optlab"]),
        unit_count=n,
        unit="parameter",
        params={"parameters": n},
    )


def _with_threads(
    make: Callable[[], Subject], count: int
) -> Callable[[], Subject | None]:
    """Let Numba use `count` threads during every call of a subject."""

    def maker() -> Subject:
        import numba

        subject = make()
        run = subject.run

        def limited() -> None:
            before = numba.get_num_threads()
            numba.set_num_threads(min(count, before))
            try:
                run()
            finally:
                numba.set_num_threads(before)

        subject.run = limited
        return subject

    return maker


def _torch(peer: Peer, work: StepWork, count: int) -> Callable[[], Subject | None]:
    """Let torch use `count` threads during every call."""

    def maker() -> Subject | None:
        import torch

        subject = peer.subject("step", work)
        if subject is None:
            return None
        run = subject.run

        def limited() -> None:
            before = torch.get_num_threads()
            torch.set_num_threads(count)
            try:
                run()
            finally:
                torch.set_num_threads(before)

        subject.run = limited
        return subject

    return maker
