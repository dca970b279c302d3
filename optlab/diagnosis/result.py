"""What a diagnosis says: causes with their proof, the fix, and the figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from optlab.diagnosis.causes import Cause, get
from optlab.experiments import Experiment
from optlab.notebook import diagnosis_html, drawn
from optlab.plain import finite

Status: TypeAlias = Literal["proved", "suspected", "ruled out"]
Verdict: TypeAlias = Literal[
    "faulty", "healthy", "nothing_to_learn", "does_not_generalise", "undecided"
]

#: What the first line of a written program says after the name of the script.
CURED = ", cured."


@dataclass
class CauseFound:
    """One cause in the report.

    Attributes
    ----------
    cause : str
        Its name in the catalogue.
    status : {"proved", "suspected", "ruled out"}
        Proved: removing it cures, alone or as a needed part of the cure. Suspected:
        the evidence points to it, and removing it alone does not cure. Ruled out: it
        was removed, and nothing changed.
    evidence : dict
        Numbers from examining and watching; with a trial, also "before", "after" (one
        score a seed), "seeds" and "effect" (the difference of the medians).
    fix : dict
        Dotted paths of the experiment with their new values.
    """

    cause: str
    status: Status
    evidence: dict[str, Any] = field(default_factory=dict)
    fix: dict[str, Any] = field(default_factory=dict)

    @property
    def entry(self) -> Cause:
        """The catalogue's entry: definition, symptom, cure, the Keras line."""
        return get(self.cause)

    def to_dict(self) -> dict[str, Any]:
        """Return what the JSON output says of it."""
        return {
            "cause": self.cause,
            "status": self.status,
            "evidence": self.evidence,
            "fix": self.fix,
        }


@dataclass
class Diagnosis:
    """The answer to the question why a loss does not decrease.

    Attributes
    ----------
    experiment : Experiment
        As it came.
    verdict : str
        "faulty": a run or a contradiction that can be read off proves it. "healthy": it
        reaches what a reference reaches. "nothing_to_learn": no reference predicts the
        targets from the inputs. "does_not_generalise": it learns its rows, and neither
        it nor a reference predicts others. "undecided": none of these was shown.
    score_before, score_after : float or None
        The median over seeds of the original and of the cured experiment; None where it
        cannot be trained or diverges, or there is no cure.
    possible : float or None
        What a well-built model reaches on these data; None where nothing was run.
    causes : list of CauseFound
        Proved and suspected causes, the most likely first; empty for a healthy set-up.
    ruled_out : list of CauseFound
        What was tried and changed nothing.
    checked : tuple of str
        The causes whose tests were run.
    cured : Experiment or None
        The experiment with the fix.
    before, after : list of float
        One score a seed.
    losses_before, losses_after : list of tuple of float
        The losses of the epochs, for each seed that could be run.
    notes : list of str
        What a reader should know: a sample was taken, time ran out.
    seconds : float
        How long it took.
    runs : int
        How many trainings were made.
    engine : {"optlab", "keras"}
        What trained.
    p_value : float or None
        Of the permutation test: how often targets that belong to no input look as
        related as these.
    training_score : float or None
        The original's median score on the rows it was trained on.
    few_rows : bool
        Whether all scores are those of the training rows, because there are few.
    program : CapturedProgram or None
        The captured program, where there was one.
    lines : list of LineChange
        What to change in that program: line, old source, new source.
    """

    experiment: Experiment
    verdict: Verdict
    score_before: float | None
    score_after: float | None
    possible: float | None
    causes: list[CauseFound]
    ruled_out: list[CauseFound]
    checked: tuple[str, ...]
    cured: Experiment | None = None
    before: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    losses_before: list[tuple[float, ...]] = field(default_factory=list)
    losses_after: list[tuple[float, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    runs: int = 0
    engine: str = "optlab"
    p_value: float | None = None
    training_score: float | None = None
    few_rows: bool = False
    program: Any = None
    lines: list[Any] = field(default_factory=list)

    def __str__(self) -> str:
        """Say it in twenty lines."""
        from optlab.diagnosis.text import report

        return report(self)

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return diagnosis_html(self)

    def plot(self, title: str | None = None) -> Any:
        """Draw it: see `optlab.plots.plot_diagnosis`."""
        return drawn("plot_diagnosis", self, title)

    @property
    def healthy(self) -> bool | None:
        """Whether nothing is wrong; None where neither was shown."""
        return {"healthy": True, "faulty": False}.get(self.verdict)

    @property
    def fix(self) -> dict[str, Any]:
        """Dotted paths with their new values: the whole cure."""
        if self.cured is None:
            return {}
        return changes(self.experiment, self.cured)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON document of the command line."""
        return {
            "verdict": self.verdict,
            "healthy": self.healthy,
            "score_before": self.score_before,
            "score_after": self.score_after,
            "training_score": self.training_score,
            "few_rows": self.few_rows,
            "possible": self.possible,
            "p_value": self.p_value,
            "engine": self.engine,
            "causes": [found.to_dict() for found in self.causes],
            "ruled_out": [found.to_dict() for found in self.ruled_out],
            "checked": list(self.checked),
            "fix": self.fix,
            "lines": [
                {"line": change.line, "old": change.old, "new": change.new}
                for change in self.lines
            ],
            "notes": self.notes,
            "runs": self.runs,
            "seconds": round(self.seconds, 2),
        }


def changes(old: Experiment, new: Experiment) -> dict[str, Any]:
    """Return dotted path -> new value where two experiments differ.

    A list of layers that changed as a whole is given as a file would spell it, without
    the defaults.
    """
    found = {path: after for path, (_, after) in old.diff(new).items()}
    if "model.layers" in found:
        found["model.layers"] = new.to_dict()["model"]["layers"]
    return found


def six_digits(number: Any) -> float | None:
    """Return a number with six digits, None where it is not finite."""
    return finite(float(f"{number:.6g}"))
