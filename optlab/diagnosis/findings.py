"""What a search found, and each change that it ran."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from optlab.diagnosis.causes import Suspicion
from optlab.diagnosis.edits import Edit
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.learnable import Learnable
from optlab.diagnosis.scoring import FLOOR
from optlab.diagnosis.thresholds import AHEAD, FOREST_SHARE, PLAIN
from optlab.diagnosis.watch import Watch
from optlab.experiments import Experiment

#: Causes that are contradictions of last layer, loss and targets.
CONTRADICTIONS = ("model.output", "model.rank", "loss.")


@dataclass
class Tried:
    """One change that was run.

    Attributes
    ----------
    cause : str
        Whose cure it is.
    edit : Edit
        The change.
    experiment : Experiment
        The changed experiment.
    scores : list of float
        Over the seeds that were run.
    """

    cause: str
    edit: Edit
    experiment: Experiment
    scores: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The median score; the floor where nothing was run."""
        return statistics.median(self.scores) if self.scores else FLOOR


@dataclass
class Findings:
    """What the search found.

    Attributes
    ----------
    facts, watch
        What was examined and seen.
    suspicions : dict of str to Suspicion
        By cause, the strongest first.
    before : list of float
        The original's scores over the seeds.
    possible : float
        The best score of a reference or of any change.
    healthy : bool
        Whether nothing is wrong.
    singles : list of Tried
        The best single change of each cause, the best first.
    cure : list of Tried
        The smallest set of changes found that cures; empty where none was.
    besides : list of Tried
        Contradictions that the cure leaves, and that do no harm where they are repaired
        with it.
    cured : Experiment or None
        The experiment with all of them.
    after : list of float
        The scores of the cure alone over the seeds.
    complete : bool
        Whether the search ended by itself, not by the clock.
    learnable : Learnable
        Whether the inputs tell anything about the targets.
    reference : Experiment or None
        The reference that scored best.
    reference_score : float
        Its score.
    training_score : float or None
        The original's median score on the rows it was trained on.
    few : bool
        Whether scores are those of the training rows, because there are few.
    shortened : bool
        Whether trainings were cut to fit the budget.
    """

    facts: Facts
    watch: Watch
    suspicions: dict[str, Suspicion]
    before: list[float]
    possible: float = FLOOR
    healthy: bool = False
    singles: list[Tried] = field(default_factory=list)
    cure: list[Tried] = field(default_factory=list)
    besides: list[Tried] = field(default_factory=list)
    cured: Experiment | None = None
    after: list[float] = field(default_factory=list)
    complete: bool = True
    learnable: Learnable = field(default_factory=Learnable)
    reference: Experiment | None = None
    reference_score: float = FLOOR
    training_score: float | None = None
    few: bool = False
    shortened: bool = False

    @property
    def behind_forest(self) -> bool:
        """Whether a random forest does so much better that the original fails."""
        forest, before = self.learnable.forest or 0.0, self.before
        if not before or self.few:
            return False
        scored = statistics.median(before)
        return scored < min(FOREST_SHARE * forest, forest - AHEAD)


def contradicts(name: str, suspicion: Suspicion) -> bool:
    """Whether outputs and loss are plainly not those of the targets."""
    return suspicion.weight >= PLAIN and name.startswith(CONTRADICTIONS)
