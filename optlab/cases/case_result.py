"""The result of a case, as it is kept on disk and printed as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from optlab.cases.articles import NEEDS
from optlab.cases.case import Case, Verdict
from optlab.cases.findings import Findings


@dataclass
class CaseResult:
    """What is known about a claim after its runs.

    Attributes
    ----------
    id, article, title, claim, verdict, condition, why : str
        As in `Case` and `Verdict`.
    figures : dict
        `Findings.to_dict`.
    comparisons : list of str
        Those of the figures, a line each.
    runs_as_written : bool or None
        Whether the article's code runs on this TensorFlow; None where that was not
        tried, or the claim comes without code.
    failures : list of dict
        "line" and "error" of each part of it that does not run.
    agreement : dict
        "status" ("agrees", "differs", "skipped" or "not asked"), "text", and where it
        was measured "seed" and "variants".
    seconds : float
        Of the runs.
    versions : dict
        Of what was used.
    date : str
        The day.
    """

    id: str
    article: str
    title: str
    claim: str
    verdict: str
    condition: str
    why: str
    figures: dict[str, Any]
    comparisons: list[str]
    runs_as_written: bool | None = None
    failures: list[dict[str, str]] = field(default_factory=list)
    agreement: dict[str, Any] = field(
        default_factory=lambda: {"status": "not asked", "text": "No twin was run."}
    )
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    date: str = ""

    @classmethod
    def of(cls, case: Case, found: Findings, verdict: Verdict) -> CaseResult:
        """Put together case, figures and verdict."""
        return cls(
            case.id,
            case.article,
            case.title,
            case.claim,
            verdict.word,
            verdict.condition,
            case.why,
            found.to_dict(),
            [str(comparison) for comparison in found.comparisons],
        )

    @property
    def as_written(self) -> str:
        """A sentence on whether the article's code runs; empty where not known."""
        if self.runs_as_written is None:
            return ""
        needs = NEEDS.get(self.id, ())
        given = ", given these," if needs else ""
        lacks = "The article's example defines all that it uses. "
        if needs:
            lacks = f"The article's example leaves out {_listed(needs)}. "
        if self.runs_as_written:
            return f"{lacks}Its calls{given} run."
        parts = [f"`{f['line']}` raises {f['error']}" for f in self.failures]
        return f"{lacks}Its calls{given} do not all run: {'; '.join(parts)}."

    def report(self) -> dict[str, Any]:
        """Return the entry of ``optlab cases --json``."""
        figures = dict(self.figures)
        if self.failures:
            figures["as_written"] = self.failures
        return {
            "id": self.id,
            "article": self.article,
            "claim": self.claim,
            "verdict": self.verdict,
            "condition": self.condition,
            "figures": figures,
            "runs_as_written": self.runs_as_written,
            "needs": list(NEEDS.get(self.id, ())),
            "why": " ".join(text for text in (self.why, self.as_written) if text),
            "agreement": self.agreement,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything, for `from_dict`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, document: dict[str, Any]) -> CaseResult:
        """Rebuild what `to_dict` gave."""
        return cls(**document)


def _listed(names: Sequence[str]) -> str:
    """Return names as code, in a sentence: `a`, `b` and `c`."""
    words = [name if " " in name else f"`{name}`" for name in names]
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
