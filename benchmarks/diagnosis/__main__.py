"""Score diagnoses: ``python -m benchmarks.diagnosis [FOLDER]``.

FOLDER has one folder a case, with ``experiment.toml``, its data, and ``answer.json``.
The exit status is 1 where a bar is missed. On a cluster each worker diagnoses a case at
a time, and has to see FOLDER under the same name.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import sys
from pathlib import Path

from benchmarks.diagnosis.against_keras import compare
from benchmarks.diagnosis.scorer import (
    BARS,
    CASES,
    Result,
    judge,
    reached,
    read_cases,
    summary,
)
from optlab.cli.clusters import workers_of
from optlab.errors import InputError
from optlab.workers import run_all

#: Set-ups of different length that are timed against tf.keras.
TIMED = ("case-033be6c2", "case-04d1da6d", "case-b8c8169b")


def main() -> int:
    """Run the benchmark that the arguments ask for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.diagnosis")
    parser.add_argument("folder", nargs="?", type=Path, default=CASES)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME")
    parser.add_argument("--budget", type=float, default=60.0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cluster", metavar="ADDRESS", help="tcp://..., or local:4")
    parser.add_argument("--out", type=Path, help="write all figures as JSON")
    parser.add_argument(
        "--keras", action="store_true", help="time three cases against tf.keras instead"
    )
    chosen = parser.parse_args()
    if chosen.keras:
        return _against_keras(chosen)
    cases = read_cases(chosen.folder.resolve(), chosen.only)
    if not cases:
        parser.error(f"there is no case in {chosen.folder}")
    # Only a cluster does several at once: each diagnosis has processes of its own.
    within = 1 if chosen.cluster else chosen.jobs
    tasks = [(case.file, case.healthy, chosen.budget, within) for case in cases]
    results = []
    try:
        with workers_of(None if chosen.cluster else 1, chosen.cluster) as workers:
            for place, found in run_all(judge, tasks, jobs=workers):
                results.append(Result(cases[place], **found))
                sys.stdout.write(_line(results[-1]) + "\n")
                sys.stdout.flush()
    except InputError as error:
        parser.error(str(error))
    results.sort(key=lambda result: result.case.name)
    figures = summary(results)
    good = reached(figures)
    sys.stdout.write("\n")
    for name, value in figures.items():
        sys.stdout.write(_bar(name, value, good.get(name)) + "\n")
    if chosen.out is not None:
        document = {"figures": figures, "cases": [_entry(r) for r in results]}
        chosen.out.write_text(json.dumps(document, indent=1) + "\n", "utf-8")
    return 0 if all(good.values()) else 1


def _against_keras(chosen: argparse.Namespace) -> int:
    wanted = chosen.only or TIMED
    ratios = []
    for case in read_cases(chosen.folder, wanted):
        found = compare(case.file, chosen.budget, chosen.jobs)
        ratios.append(found.ratio)
        sys.stdout.write(
            f"{found.name}: {found.runs} trainings; the diagnosis {found.ours:.2f} s, "
            f"one training in tf.keras {found.keras:.2f} s; rerunning tf.keras takes "
            f"{found.ratio:.0f} times as long\n"
        )
        sys.stdout.flush()
    return 0 if ratios and min(ratios) >= 20 else 1


def _line(result: Result) -> str:
    case = result.case
    if case.healthy:
        mark = "ok" if not result.noticed else "FALSE ALARM"
    elif not result.noticed:
        mark = "MISSED"
    else:
        cause = "first" if result.first else "third" if result.within_three else "NO"
        mark = f"cause {cause}, fix {'cures' if result.cured else 'FAILS'}"
    named = ", ".join(result.named[:3]) or "-"
    return (
        f"{case.name} {result.seconds:5.1f} s {result.runs:3} runs  {mark:24} "
        f"{named}  [{', '.join(sorted(case.causes)) or 'healthy'}]"
    )


def _bar(name: str, value: float, good: bool | None) -> str:
    if name not in BARS:
        return f"{name:30} {value:.1f}"
    bar, more = BARS[name]
    sign, end = (">=" if more else "<="), "" if good else "  MISSED"
    if math.isnan(value):
        return f"{name:30} no such case"
    if more:
        return f"{name:30} {value:.1%}  (bar {sign} {bar:.0%}){end}"
    return f"{name:30} {value:.1f}  (bar {sign} {bar:g}){end}"


def _entry(result: Result) -> dict[str, object]:
    found = dataclasses.asdict(result)
    found["case"] = result.case.name
    return found | {
        "healthy": result.case.healthy,
        "causes": sorted(result.case.causes),
        "first": result.first,
        "within_three": result.within_three,
        "cured": result.cured,
    }


if __name__ == "__main__":
    sys.exit(main())
