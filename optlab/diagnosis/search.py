"""Experiment: change one thing, run again on the same seeds, keep what cures.

1. The original, over the seeds.
2. A reference: the same data and task, rebuilt by the book. It says what is possible.
   An original that reaches it is healthy.
3. Every suspicion's cures, one change at a time, on the first seed; the hopeless are
   dropped, the others run on all seeds.
4. If no single change cures, all strong suspicions are removed together, and put back
   one by one: what can be put back without harm was no cause.
"""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from optlab.diagnosis.causes import CAUSES, Suspicion
from optlab.diagnosis.engine import Engine, OptlabEngine
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.findings import Findings, Tried, contradicts
from optlab.diagnosis.learnable import learnable
from optlab.diagnosis.reference import references
from optlab.diagnosis.scoring import FLOOR
from optlab.diagnosis.sets import Sets
from optlab.diagnosis.singles import Singles
from optlab.diagnosis.thresholds import (
    AHEAD,
    BEST,
    CURED_SHARE,
    FOREST_SHARE,
    HEALTHY_GAP,
    HEALTHY_SHARE,
    READABLE,
    UNSTABLE_SHARE,
)
from optlab.diagnosis.trials import SEEDS, Trials, one_thread
from optlab.diagnosis.variants import Variants
from optlab.diagnosis.watch import Watch
from optlab.experiments import Experiment

#: Runs that a search needs; where there is no time for them, one seed has to do.
RUNS = 25
#: The share of the time left that a run of a reference may take.
REFERENCE_SHARE = 1 / 8


class Search(Variants):
    """The search for the causes of one experiment."""

    def __init__(self, experiment: Experiment, trials: Trials) -> None:
        super().__init__(experiment, trials)
        self.engine: Engine = trials.engine or OptlabEngine()
        self.singles = Singles(experiment, trials)
        self.sets = Sets(experiment, trials)

    def __call__(self) -> Findings:
        """Examine, watch, experiment."""
        data = self.engine.data(self.original)
        facts = self.engine.facts(self.original)
        few = data.x_val is data.x or (
            data.x_val is not None and np.array_equal(data.x_val, data.x)
        )
        with one_thread():
            told = learnable(data, few)
        seen = self.engine.watch(
            self.original, SEEDS[0], facts.updates, self.trials.deadline
        )
        key = (self.original.fingerprint, SEEDS[0])
        self.trials.outcomes[key] = seen.outcome
        suspicions = suspect(facts, seen)
        # Where there is nothing to learn, a seed shows it as well as three.
        left = self.trials.deadline - time.time()
        if self.engine.cost(self.original, seen.outcome) * RUNS > left:
            self.trials.seeds = SEEDS[:1]
        seeds = SEEDS[:1] if told.nothing else self.trials.seeds
        found = Findings(
            facts, seen, suspicions, self.trials.scores(self.original, seeds)
        )
        found.learnable, found.few = told, few
        found.training_score = self._training_score(seeds)
        if "data.same_batch" in suspicions:
            return found  # no run tells anything of the rows that never come
        found.possible = self._possible(found)
        if told.nothing and not few:
            reached = max(found.possible, *found.before, FLOOR)
            if reached < told.no_score or told.constant:
                return found
            found.before = self.trials.scores(self.original)
            found.learnable = dataclasses.replace(told, p_value=None)
        before = self._before(found)
        if self._is_healthy(found, before):
            found.healthy = True
            found.complete = not self.trials.out_of_time
            return found
        goal = self._goal(before, found.possible)
        found.singles = self.singles.each(suspicions, before, goal)
        if found.singles:
            found.possible = max(found.possible, found.singles[0].median)
        goal = self._goal(before, found.possible)
        cures = [t for t in found.singles if t.median >= goal]
        if cures:
            found.cure = [self.singles.surest(suspicions, cures, found.possible)]
        else:
            found.cure = self.sets.together(suspicions, found.singles, goal)
        found.cure = self.sets.steadied(suspicions, found.cure, goal)
        found.cure = self.sets.polished(suspicions, found)
        whole = self.with_all(found.cure) if found.cure else None
        if whole is not None:
            found.after = self.trials.scores(whole)
            found.besides = self.sets.besides(suspicions, found.cure, found.after)
            found.cured = self.with_all([*found.cure, *found.besides])
        self._rebuilt(found, goal)
        self._unproved(found)
        found.complete = not self.trials.out_of_time
        return found

    def _rebuilt(self, found: Findings, goal: float) -> None:
        """Offer a reference that learns where no set of changes cures."""
        reached = statistics.median(found.after) if found.after else FLOOR
        if found.reference is None or not reached < goal <= found.reference_score:
            return
        found.cure, found.besides, found.cured = [], [], found.reference
        found.after = self.trials.scores(found.reference)

    def _unproved(self, found: Findings) -> None:
        """Offer the cures of what can be read off where no run could be made."""
        unrun = found.watch.outcome.status == "too_large" or self.trials.out_of_time
        if found.cured is not None or not unrun:
            return
        for name, suspicion in found.suspicions.items():
            if suspicion.readable and suspicion.cures:
                edit = suspicion.cures[0]
                experiment = self.changed(edit)
                if experiment is not None:
                    found.cure.append(Tried(name, edit, experiment))
        found.cured = self.with_all(found.cure) if found.cure else None

    def _training_score(self, seeds: Sequence[int]) -> float | None:
        """Return the original's median score on its own training rows."""
        keys = ((self.original.fingerprint, seed) for seed in seeds)
        ended = (self.trials.outcomes.get(key) for key in keys)
        scores = [o.training_score for o in ended if o and o.training_score is not None]
        return statistics.median(scores) if scores else None

    def _possible(self, found: Findings) -> float:
        """Return the best median score of the references, and keep the best one."""
        seeds = SEEDS[:1] if found.learnable.nothing else self.trials.seeds[:2]
        third = (2 * time.time() + self.trials.deadline) / 3
        most, forest = self.engine.most_updates, found.learnable.forest or 0.0
        for lean in (False, True):
            reached = found.reference_score
            if lean and reached > max(forest - AHEAD, FOREST_SHARE * forest):
                break
            edits = references(found.facts, found.suspicions, most, lean)
            # The last ones are the smallest, and learn in the shortest time.
            for edit in reversed(edits) if self.slow else edits:
                if self.slow and found.reference and time.time() > third:
                    break
                experiment = self.changed(edit)
                if experiment is None:
                    continue
                share = REFERENCE_SHARE * (self.trials.deadline - time.time())
                experiment = self.engine.within(experiment, share)
                score = self.trials.median(experiment, seeds)
                if score > found.reference_score:
                    found.reference, found.reference_score = experiment, score
                if found.reference_score >= BEST:
                    break
        return found.reference_score

    def _before(self, found: Findings) -> float:
        """Return the original's median score.

        Over more seeds where they disagree, or where outputs and loss contradict.
        """
        scores = found.before
        doubtful = any(contradicts(n, s) for n, s in found.suspicions.items())
        if scores and min(scores) < UNSTABLE_SHARE * found.possible < max(scores):
            doubtful = True
        if scores and doubtful:
            found.before = scores = self.trials.scores(self.original, self.more_seeds)
        return statistics.median(scores) if scores else FLOOR

    def _is_healthy(self, found: Findings, before: float) -> bool:
        ended = [
            self.trials.outcomes.get((self.original.fingerprint, seed))
            for seed in SEEDS
        ]
        broken = sum(o is not None and o.score is None for o in ended)
        if broken * 2 > len(SEEDS):
            return False
        failed = sum(s < UNSTABLE_SHARE * found.possible for s in found.before)
        if len(found.before) > len(self.trials.seeds) and failed >= 2:
            return False
        if found.behind_forest:
            found.possible = max(found.possible, found.learnable.forest or FLOOR)
            return False
        gap = found.possible - before
        strongest = max((s.weight for s in found.suspicions.values()), default=0.0)
        if strongest >= READABLE:
            if gap >= HEALTHY_GAP / 3:
                return False
            found.before = self.trials.scores(self.original, self.more_seeds)
            return min(found.before) > found.possible - HEALTHY_GAP
        return gap < HEALTHY_GAP or before >= HEALTHY_SHARE * found.possible > 0

    def _goal(self, before: float, possible: float) -> float:
        start = max(before, 0.0)
        return start + CURED_SHARE * max(0.0, possible - start)


def suspect(facts: Facts, seen: Watch) -> dict[str, Suspicion]:
    """Run the test of every cause; return what it suspects, the strongest first."""
    found: dict[str, Any] = {}
    for name, cause in CAUSES.items():
        suspicion = cause.test(facts, seen)
        if suspicion is not None:
            found[name] = suspicion
    return dict(sorted(found.items(), key=lambda item: -item[1].weight))
