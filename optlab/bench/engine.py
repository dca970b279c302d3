"""Run cases: make the subjects, prove that they agree, time them side by side."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterable
from typing import Any

from optlab.bench import machine, results, suites
from optlab.bench.case import LIMIT, OURS, Benchmark, ParityError, Subject, check_parity
from optlab.bench.peers import Peer, split
from optlab.bench.plan import Plan
from optlab.bench.report import title
from optlab.bench.timing import interleave

#: Seconds for a case, thorough and quick.
BUDGET = 4.0
QUICK_BUDGET = 1.0

Watch = Callable[[str], object]
Keep = Callable[[dict[str, Any]], object]


def run(
    names: Iterable[str],
    peers: Iterable[Peer],
    *,
    sizes: tuple[int, ...] | None = None,
    optimizers: tuple[str, ...] | None = None,
    quick: bool = False,
    budget: float | None = None,
    watch: Watch | None = None,
    keep: Keep | None = None,
) -> dict[str, Any]:
    """Time whole suites.

    Parameters
    ----------
    names : iterable of str
        Suites, or "all".
    peers : iterable of Peer
        Against whom; those not installed are listed as missing.
    sizes : tuple of int, optional
        Parameters of one tensor, in the suite of steps.
    optimizers : tuple of str, optional
        Which optimizers the suite of steps goes through.
    quick : bool
        Fewer cases and less time.
    budget : float, optional
        Seconds a case.
    watch : callable, optional
        Told what is being done.
    keep : callable, optional
        Given the document of the cases finished so far, after each but the last: a
        case can hold a process for longer than an interruption lets it live.

    Returns
    -------
    dict
        The document: pytest-benchmark's, with what could not be timed under "optlab".
        If the user interrupts it, that of the cases that were finished.

    Raises
    ------
    InputError
        If a suite is unknown, or a size does not fit into memory.
    """
    there, missing = split(peers)
    plan = Plan(tuple(there), sizes, quick, optimizers)
    cases = suites.cases(names, plan)
    seconds = budget or (QUICK_BUDGET if quick else BUDGET)
    entries: list[dict[str, Any]] = []
    faults: list[dict[str, str]] = []
    skipped: list[str] = []
    index = 0

    def document(interrupted: bool) -> dict[str, Any]:
        lacking = [{"peer": peer.name, "package": peer.package} for peer in missing]
        left = len(cases) - index
        said = [f"{left} of {len(cases)} cases: interrupted"] if interrupted else []
        notes = {"missing": lacking, "faults": faults, "skipped": [*skipped, *said]}
        return results.document(entries, {**notes, "interrupted": interrupted})

    try:
        for index, case in enumerate(cases):
            if watch is not None:
                count = f"{index + 1}/{len(cases)}"
                watch(f"{count} {case.suite}: {case.group}, {case.name}")
            if entries and keep is not None:
                keep(document(interrupted=True))
            fitting = without_what_does_not_fit(case, skipped)
            if fitting is not None:
                entries += run_case(fitting, seconds, faults)
    except KeyboardInterrupt:
        if not entries:
            raise
        return document(interrupted=True)
    return document(interrupted=False)


def run_case(
    case: Benchmark, seconds: float, faults: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Time one case; what is not timed goes to `faults`, with the reason."""
    subjects = prepared(case, faults)
    runs = {name: subject.run for name, subject in subjects.items()}
    try:
        return results.add(case, interleave(runs, seconds * case.budget))
    finally:
        case.forget()
        del subjects, runs
        gc.collect()  # peers keep their arrays in cycles


def without_what_does_not_fit(case: Benchmark, skipped: list[str]) -> Benchmark | None:
    """Leave out the hungriest peers until the case fits into memory.

    Parameters
    ----------
    case : Benchmark
        Nothing of it has been allocated yet.
    skipped : list of str
        Gets a line that says what was left out, and how many bytes were needed.

    Returns
    -------
    Benchmark or None
        None where even ours does not fit.
    """
    needed = case.memory()
    if machine.fits(needed):
        return case
    kept = dict(case.subjects)
    out: list[str] = []
    peers = [name for name in kept if not name.startswith((OURS, LIMIT))]
    for name in sorted(peers, key=lambda name: -case.needed.get(name, 0)):
        out.append(name)
        del kept[name]
        smaller = dataclasses.replace(case, subjects=dict(kept))
        if machine.fits(smaller.memory()):
            break
    else:
        out, smaller = ["all"], None
    free = machine.readable(machine.memory("MemAvailable") or 0)
    skipped.append(
        f"{', '.join(out)} of {title(case.suite, case.group)}, {case.name}: together "
        f"they need {machine.readable(needed)}, and {free} are free"
    )
    return smaller


def prepared(case: Benchmark, faults: list[dict[str, str]]) -> dict[str, Subject]:
    """Make the subjects, run them for the first time, keep those that agree with ours.

    A subject of a peer that raises is a fault of its own, and ends nothing else.
    """
    reference: Subject | None = None
    kept: dict[str, Subject] = {}
    for name, make in case.subjects.items():
        try:
            subject = make()
            if subject is None:
                continue
            reference = proved(subject, reference)
        except ParityError as error:
            faults.append(_fault(case, name, "differs", error))
            continue
        except Exception as error:
            if name.startswith((OURS, LIMIT)):
                raise
            faults.append(_fault(case, name, "failed", error))
            continue
        kept[name] = subject
    return kept


def proved(subject: Subject, reference: Subject | None) -> Subject | None:
    """Warm a subject up and compare it with the reference; return the reference.

    Raises
    ------
    ParityError
        If the results disagree.
    """
    for _ in range(max(subject.before, 1 if subject.result is None else 0)):
        subject.run()
    if subject.result is None:
        return reference
    if reference is None:
        return subject
    if reference.result is not None:
        check_parity(reference.result(), subject.result(), subject)
    return reference


def _fault(case: Benchmark, name: str, kind: str, error: Exception) -> dict[str, str]:
    text = " ".join(str(error).split()) or type(error).__name__
    return {
        "suite": case.suite,
        "group": case.group,
        "case": case.name,
        "subject": name,
        "kind": kind,
        "message": text[:500],
    }
