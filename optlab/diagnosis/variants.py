"""Variants of one set-up: changed, and run on the same seeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from optlab.diagnosis.edits import Edit, all_of
from optlab.diagnosis.findings import Tried
from optlab.diagnosis.trials import SEEDS, Trials
from optlab.errors import InputError
from optlab.experiments import Experiment

#: Seeds that disagree ask for these.
MORE_SEEDS = (*SEEDS, 3, 4)


class Variants:
    """Makes and runs variants of one experiment.

    Parameters
    ----------
    experiment : Experiment
        The original.
    trials : Trials
        Where outcomes are kept.
    """

    def __init__(self, experiment: Experiment, trials: Trials) -> None:
        self.original = experiment
        self.trials = trials

    @property
    def slow(self) -> bool:
        """Whether there is time for few runs only: one seed, the likeliest first."""
        return len(self.trials.seeds) < len(SEEDS)

    @property
    def more_seeds(self) -> tuple[int, ...]:
        """The seeds that a cure, or health, is held to."""
        return SEEDS[:2] if self.slow else MORE_SEEDS

    def changed(self, edit: Edit) -> Experiment | None:
        """Return the experiment after an edit; None where it would not be valid."""
        try:
            return self.original.with_tree(edit(self.original.to_dict()))
        except (InputError, ValueError):
            return None

    def with_all(self, chosen: Sequence[Tried]) -> Experiment | None:
        """Return the experiment with several changes."""
        return self.changed(all_of(*(tried.edit for tried in chosen)))

    def tries(self, cures: Iterable[tuple[str, list[Edit]]]) -> list[Tried]:
        """Run cures on the first seed."""
        found = []
        for name, edits in cures:
            for edit in edits:
                experiment = self.changed(edit)
                if experiment is not None and experiment != self.original:
                    found.append(Tried(name, edit, experiment))
        self.trials.run((tried.experiment, SEEDS[0]) for tried in found)
        for tried in found:
            tried.scores = self.trials.scores(tried.experiment, SEEDS[:1])
        return found
