"""Run cases: make the subjects, prove that they agree, time them side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from optlab.bench import machine, results, suites
from optlab.bench.case import LIMIT, OURS, Case, ParityError, Subject, check_parity
from optlab.bench.peers import Peer, split
from optlab.bench.plan import Plan
from optlab.bench.timing import interleave

#: Seconds for a case, thorough and quick.
BUDGET = 4.0
QUICK_BUDGET = 1.0

Watch = Callable[[str], object]


def run(
    names: Iterable[str],
    peers: Iterable[Peer],
    *,
    sizes: tuple[int, ...] | None = None,
    optimizers: tuple[str, ...] | None = None,
    quick: bool = False,
    budget: float | None = None,
    watch: Watch | None = None,
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

    Returns
    -------
    dict
        The document: pytest-benchmark's, with what could not be timed under "optlab".

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
    for index, case in enumerate(cases):
        if watch is not None:
            watch(f"{index + 1}/{len(cases)} {case.suite}: {case.group}, {case.name}")
        entries += run_case(case, seconds, faults)
    return results.document(
        entries,
        {
            "missing": [
                {"peer": peer.name, "package": peer.package} for peer in missing
            ],
            "faults": faults,
            "skipped": plan.skipped,
        },
    )


def run_case(
    case: Case, seconds: float, faults: list[dict[str, str]]
) -> list[dict[str, Any]]:
    """Time one case; what is not timed goes to `faults`, with the reason.

    Raises
    ------
    InputError
        If it does not fit into memory.
    """
    what = f"The case {case.group}, {case.name}"
    machine.check_memory(case.memory(), what)
    subjects = prepared(case, faults)
    runs = {name: subject.run for name, subject in subjects.items()}
    try:
        return results.add(case, interleave(runs, seconds * case.budget))
    finally:
        case.forget()


def prepared(case: Case, faults: list[dict[str, str]]) -> dict[str, Subject]:
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


def _fault(case: Case, name: str, kind: str, error: Exception) -> dict[str, str]:
    text = " ".join(str(error).split()) or type(error).__name__
    return {
        "suite": case.suite,
        "group": case.group,
        "case": case.name,
        "subject": name,
        "kind": kind,
        "message": text[:500],
    }
