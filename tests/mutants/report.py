"""Who noticed which fault, as a section of docs/reliability.md."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from tests.mutants.faults import ROOT, Fault
from tests.mutants.judging import Answer

PAGE = ROOT / "docs" / "reliability.md"


@dataclass(frozen=True)
class Verdict:
    """One fault, and what was said about the tree that had it.

    Attributes
    ----------
    verify, tests : Answer or None
        None where nobody asked.
    """

    fault: Fault
    verify: Answer
    tests: Answer | None

    @property
    def noticed(self) -> bool:
        """Whether anybody noticed."""
        return self.verify.noticed or (self.tests is not None and self.tests.noticed)

    @property
    def lives(self) -> bool:
        """Whether it changes results and nobody noticed."""
        return not self.noticed and not self.fault.equivalent

    def line(self) -> str:
        """Say it in one line."""
        said = [f"verify {_word(self.verify)}", f"tests {_word(self.tests)}"]
        by = self.verify.by or (self.tests.by if self.tests else "")
        return f"{self.fault.name}: {', '.join(said)} {by[:160]}"


def _word(answer: Answer | None) -> str:
    if answer is None:
        return "not asked"
    return "noticed" if answer.noticed else "no"


def summary(verdicts: Sequence[Verdict], count: int) -> str:
    """Count, in a few sentences; `count` faults are there, judged or not."""
    real = [v for v in verdicts if not v.fault.equivalent]
    if not real:
        return "No fault was planted."
    seen = sum(v.verify.noticed for v in real)
    either = sum(v.noticed for v in real)
    asked = [v for v in real if v.tests is not None]
    caught = sum(v.tests.noticed for v in asked if v.tests)
    equal = len(verdicts) - len(real)
    share = [f"{100 * count / len(real):.0f} %" for count in (seen, either)]
    judged = f"{len(verdicts)} of the {count} faults were judged. "
    return (judged if len(verdicts) < count else "") + (
        f"Of {len(real)} faults the checks of `optlab verify --full` noticed {seen} "
        f"({share[0]}), the tests {caught} of the {len(asked)} that they were asked "
        f"about, either of them {either} ({share[1]}). {equal} more change no result."
    )


def write_page(verdicts: Sequence[Verdict], count: int, seconds: float) -> None:
    """Replace the section of the page."""
    # Only now: the forks that judge must not find this tree's optlab loaded.
    from optlab.pages import write_section

    today = datetime.date.today()
    write_section(PAGE, "mutants", block(verdicts, count, seconds, today))


def block(
    verdicts: Sequence[Verdict], count: int, seconds: float, day: datetime.date
) -> str:
    """Return the section."""
    lines = [
        f"Measured on {day.isoformat()} in {seconds / 60:.0f} minutes. "
        + summary(verdicts, count),
        "",
        "| fault | file | verify | tests | what it would do |",
        "| --- | --- | --- | --- | --- |",
    ]
    for verdict in verdicts:
        fault = verdict.fault
        told = f"none: {fault.equivalent}" if fault.equivalent else fault.why
        file = fault.file.rpartition("/")[2]
        cells = (
            fault.name,
            f"`{file}`",
            _word(verdict.verify),
            _word(verdict.tests),
            " ".join(told.split()).replace("|", "/"),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
