"""Results in pytest-benchmark's JSON: what the verb writes, `pytest-benchmark` reads.

What optlab adds stands in each entry's ``extra_info``: suite, case, subject, the bytes
moved by a call and the units of work in it. So files of the suites in ``benchmarks/``
and files of ``optlab bench`` have one reader.
"""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optlab.bench import machine
from optlab.bench.case import LIMIT, OURS, Benchmark
from optlab.bench.timing import Timing
from optlab.errors import InputError

_NAMES = ("suite", "case", "subject", "bytes_moved", "unit_count", "unit")


@dataclass(frozen=True)
class SubjectResult:
    """One subject of one case, timed.

    Attributes
    ----------
    suite, group, case, subject : str
        What was timed.
    median, minimum, q1, q3 : float
        Seconds a call, over the rounds.
    seconds : tuple of float
        Those of every round, in order; empty where the file does not hold them.
    bytes_moved, unit_count, unit
        See `Benchmark`.
    params : dict
        The case's.
    """

    suite: str
    group: str
    case: str
    subject: str
    median: float
    minimum: float
    q1: float
    q3: float
    seconds: tuple[float, ...]
    bytes_moved: int
    unit_count: int
    unit: str
    params: dict[str, Any]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it the same row in two files."""
        return self.suite, self.group, self.case, self.subject

    @property
    def spread(self) -> float:
        """The distance of the quartiles, as a part of the median."""
        return (self.q3 - self.q1) / self.median

    def over(self, other: SubjectResult) -> float:
        """Return how many times as long as the other one it takes.

        The median over the rounds of the ratio within a round, whose two times are
        taken one after the other: a slow second of the machine then slows both. Where
        the rounds are not known or were not shared, the ratio of the medians.
        """
        if self.seconds and len(self.seconds) == len(other.seconds):
            pairs = zip(self.seconds, other.seconds, strict=True)
            return statistics.median(mine / theirs for mine, theirs in pairs)
        return self.median / other.median

    @property
    def ours(self) -> bool:
        """Whether it is optlab that was timed."""
        return self.subject.startswith(OURS)

    @property
    def is_limit(self) -> bool:
        """Whether it is the physical limit."""
        return self.subject.startswith(LIMIT)

    @property
    def peer(self) -> bool:
        """Whether it is somebody else's way to do the same."""
        return not (self.ours or self.is_limit)

    @property
    def variant(self) -> str:
        """What stands after a comma in the subject's name, such as "2 threads"."""
        return self.subject.partition(", ")[2]

    @property
    def bandwidth(self) -> float | None:
        """Bytes a second, where bytes are what counts."""
        return self.bytes_moved / self.median if self.bytes_moved else None


def entry(
    case: Benchmark, subject: str, seconds: Sequence[float], calls: int
) -> dict[str, Any]:
    """Return one element of ``benchmarks``."""
    name = f"{case.suite}[{case.group}-{case.name}-{subject}]"
    return {
        "group": f"{case.suite}: {case.group}",
        "name": name,
        "fullname": f"optlab bench::{name}",
        "params": {"case": case.name, "subject": subject},
        "param": f"{case.name}-{subject}",
        "extra_info": extra_info(case, subject),
        "options": {
            "disable_gc": True,
            "timer": "perf_counter",
            "min_rounds": len(seconds),
            "max_time": None,
            "min_time": None,
            "warmup": True,
        },
        "stats": stats(seconds, calls),
    }


def extra_info(case: Benchmark, subject: str) -> dict[str, Any]:
    """Return what a table needs to know besides the seconds."""
    return {
        "suite": case.suite,
        "table": case.group,
        "case": case.name,
        "subject": subject,
        "bytes_moved": case.bytes_moved,
        "unit_count": case.unit_count,
        "unit": case.unit,
        "params": dict(case.params),
    }


def stats(seconds: Sequence[float], calls: int) -> dict[str, Any]:
    """Return pytest-benchmark's statistics of the seconds a call, one a round."""
    ordered = sorted(seconds)
    mean = statistics.fmean(ordered)
    deviation = statistics.stdev(ordered) if len(ordered) > 1 else 0.0
    q1, q3 = _quantile(ordered, 0.25), _quantile(ordered, 0.75)
    iqr = q3 - q1
    low, high = q1 - 1.5 * iqr, q3 + 1.5 * iqr
    beyond = sum(not low <= s <= high for s in ordered)
    far = sum(abs(s - mean) > deviation for s in ordered)
    return {
        "min": ordered[0],
        "max": ordered[-1],
        "mean": mean,
        "stddev": deviation,
        "rounds": len(ordered),
        "median": _quantile(ordered, 0.5),
        "iqr": iqr,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": beyond,
        "stddev_outliers": far,
        "outliers": f"{far};{beyond}",
        "ld15iqr": min((s for s in ordered if s >= low), default=ordered[0]),
        "hd15iqr": max((s for s in ordered if s <= high), default=ordered[-1]),
        "ops": 1 / mean,
        "total": math.fsum(ordered),
        "data": list(seconds),
        "iterations": calls,
    }


def document(
    entries: Iterable[dict[str, Any]], notes: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the whole document; `notes` are what could not be timed, and why."""
    from optlab import __version__

    return {
        "machine_info": machine.describe(),
        "commit_info": {},
        "benchmarks": list(entries),
        "datetime": machine.now(),
        "version": __version__,
        "optlab": dict(notes),
    }


def add(case: Benchmark, timings: Mapping[str, Timing]) -> list[dict[str, Any]]:
    """Return the entries of one case."""
    return [
        entry(case, name, timing.seconds, timing.calls)
        for name, timing in timings.items()
    ]


def rows(found: Mapping[str, Any]) -> list[SubjectResult]:
    """Return the rows of a document, in its order."""
    result = []
    for one in found["benchmarks"]:
        extra, numbers = one["extra_info"], one["stats"]
        seconds = [numbers[name] for name in ("median", "min", "q1", "q3")]
        seconds += numbers.get("data", ())
        if not all(0 < second < math.inf for second in seconds):
            raise ValueError(f"{one['name']}: times must be positive numbers")
        result.append(
            SubjectResult(
                group=extra["table"],
                median=numbers["median"],
                minimum=numbers["min"],
                q1=numbers["q1"],
                q3=numbers["q3"],
                seconds=tuple(numbers.get("data", ())),
                params=extra.get("params", {}),
                **{name: extra[name] for name in _NAMES},
            )
        )
    return result


def read(path: Path) -> dict[str, Any]:
    """Read a file of results.

    Raises
    ------
    InputError
        If it cannot be read, or is no such file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        rows(found)
        found["machine_info"]["node"], found["datetime"][:10]
    except OSError as error:
        raise InputError(f"Cannot read {str(path)!r}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{str(path)!r} holds no results of `optlab bench` or of the suites in "
            f"benchmarks/ ({type(error).__name__}: {error})."
        ) from error
    return dict(found)


def _quantile(ordered: Sequence[float], part: float) -> float:
    """Return a quantile by linear interpolation."""
    place = part * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
