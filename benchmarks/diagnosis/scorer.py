"""Score diagnoses of set-ups whose answers are known."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from optlab.diagnosis import Diagnosis, diagnose, write_fix
from optlab.diagnosis.trials import run_once
from optlab.experiments import Experiment

CASES = Path(__file__).with_name("cases")
#: Seeds that the written fix is run on: other ones than the proof was made with.
SEEDS = (10, 11, 12)

#: What has to be reached: name -> (share or seconds, whether more is better).
BARS = {
    "faults noticed": (0.95, True),
    "healthy called healthy": (0.95, True),
    "first cause correct": (0.75, True),
    "cause within the first three": (0.90, True),
    "written fix cures": (0.85, True),
    "median seconds": (15.0, False),
}


@dataclass(frozen=True)
class LabelledSetup:
    """A set-up with its answer.

    Attributes
    ----------
    name : str
        Of its folder.
    file : Path
        The experiment.
    title : str
        What is wrong, in words.
    healthy : bool
        Whether nothing is.
    causes : frozenset of str
        Names that are right as the first one: true and contributing causes.
    cured_above : float
        The score from which a fix is a cure.
    """

    name: str
    file: Path
    title: str
    healthy: bool
    causes: frozenset[str]
    cured_above: float


@dataclass
class Result:
    """How a diagnosis compares with the answer.

    Attributes
    ----------
    case : LabelledSetup
    noticed : bool
        Whether a fault was reported.
    named : list of str
        The causes, in the order of the report.
    seconds : float
        How long it took.
    runs : int
        Trainings made.
    fixed : list of float or None
        The written fix's scores; None where none was written.
    notes : list of str
        The report's own.
    """

    case: LabelledSetup
    noticed: bool
    named: list[str]
    seconds: float
    runs: int
    fixed: list[float] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def first(self) -> bool:
        """Whether the first cause is right."""
        return bool(self.named) and self.named[0] in self.case.causes

    @property
    def within_three(self) -> bool:
        """Whether one of the first three is right."""
        return any(name in self.case.causes for name in self.named[:3])

    @property
    def cured(self) -> bool:
        """Whether the written fix cures, by the median of its seeds."""
        if not self.fixed:
            return False
        return statistics.median(self.fixed) > self.case.cured_above


def read_cases(folder: Path, only: Sequence[str] = ()) -> list[LabelledSetup]:
    """Read the cases in a folder's sub-folders, those named in `only` or all."""
    found = []
    for file in sorted(folder.glob("*/experiment.toml")):
        if only and not any(part in file.parent.name for part in only):
            continue
        answer = json.loads(file.with_name("answer.json").read_text("utf-8"))
        causes = {*answer["causes"], *answer.get("contributing", ())} - {"none"}
        case = LabelledSetup(
            name=file.parent.name,
            file=file,
            title=str(answer.get("title", "")),
            healthy=bool(answer["healthy"]),
            causes=frozenset(causes),
            cured_above=float(answer.get("cured_above") or 0.0),
        )
        found.append(case)
    return found


def judge(
    file: Path, healthy: bool, budget: float = 60.0, jobs: int = 2
) -> dict[str, Any]:
    """Diagnose one case, write the fix, run it again from its file.

    Returns
    -------
    dict
        The fields of its `Result`.
    """
    answer = diagnose(file, budget=budget, jobs=jobs)
    fix = not healthy and answer.cured is not None
    return {
        "noticed": answer.verdict not in ("healthy", "nothing_to_learn"),
        "named": [found.cause for found in answer.causes],
        "seconds": answer.seconds,
        "runs": answer.runs,
        "fixed": rerun_fix(answer) if fix else None,
        "notes": list(answer.notes),
    }


def rerun_fix(answer: Diagnosis, seeds: Sequence[int] = SEEDS) -> list[float]:
    """Write the fix, read it back, and return its score on each seed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fix.toml"
        write_fix(answer, path)
        cured = Experiment.from_toml(path)
        data = cured.load_data(strict=False)
        return [run_once(cured, seed, data)[0].value for seed in seeds]


def summary(results: Iterable[Result]) -> dict[str, float]:
    """Return the figure of each bar, and the longest time."""
    results = list(results)
    faulty = [r for r in results if not r.case.healthy]
    healthy = [r for r in results if r.case.healthy]

    def share(of: list[Result], is_good: Callable[[Result], bool]) -> float:
        return sum(map(is_good, of)) / len(of) if of else float("nan")

    times = [r.seconds for r in results]
    return {
        "faults noticed": share(faulty, lambda r: r.noticed),
        "healthy called healthy": share(healthy, lambda r: not r.noticed),
        "first cause correct": share(faulty, lambda r: r.first),
        "cause within the first three": share(faulty, lambda r: r.within_three),
        "written fix cures": share(faulty, lambda r: r.cured),
        "median seconds": statistics.median(times) if times else float("nan"),
        "longest seconds": max(times, default=float("nan")),
    }


def reached(figures: dict[str, float]) -> dict[str, bool]:
    """Return for each bar whether it is reached; one without cases is."""
    found: dict[str, Any] = {}
    for name, (bar, more) in BARS.items():
        value = figures[name]
        found[name] = value != value or (value >= bar if more else value <= bar)
    return found
