"""Cures one at a time: which single changes cure, and which of them is named."""

from __future__ import annotations

import time

from optlab.diagnosis.causes import Suspicion
from optlab.diagnosis.findings import Tried
from optlab.diagnosis.thresholds import (
    EQUAL,
    LESS_GENERAL,
    SCORE_RANK,
    STRONG,
    SURE,
    WORTH,
)
from optlab.diagnosis.variants import Variants

#: Cures that help against nearly anything: named first only where nothing else cures.
GENERAL = {"model.capacity", "opt.too_few_updates"}


class Singles(Variants):
    """Runs every suspicion's cures, one change at a time."""

    def each(
        self, suspicions: dict[str, Suspicion], before: float, goal: float
    ) -> list[Tried]:
        """Run every cure alone; keep the best of each cause.

        The first cure of each cause on the first seed; then the alternatives of causes
        that it did not cure, unless a strong suspicion is cured already; then the other
        seeds for all that are worth it.
        """
        start = max(0.0, before)
        if self.slow:
            return self._few_singles(suspicions, goal)
        first = self.tries((name, s.cures[:1]) for name, s in suspicions.items())
        done = {t.cause for t in first if t.median >= goal}
        tries = list(first)
        if not any(suspicions[name].weight >= SURE for name in done):
            tries += self.tries(
                (name, s.cures[1:])
                for name, s in suspicions.items()
                if name not in done
            )
        worth = start + WORTH * (goal - start)
        chosen = [t for t in tries if t.scores and t.scores[0] >= worth]
        self.trials.run(
            (t.experiment, seed) for t in chosen for seed in self.trials.seeds
        )
        for tried in chosen:
            tried.scores = self.trials.scores(tried.experiment)
        best: dict[str, Tried] = {}
        for tried in tries:
            known = best.get(tried.cause)
            if not tried.scores:
                continue
            if known is None or (known.median < goal and tried.median > known.median):
                best[tried.cause] = tried
        return sorted(best.values(), key=lambda t: -t.median)

    def _few_singles(
        self, suspicions: dict[str, Suspicion], goal: float
    ) -> list[Tried]:
        """Run cures alone, the likeliest first, until one cures or half is left.

        The other half of the time is for several changes together.
        """
        found: list[Tried] = []
        half = (self.trials.deadline + time.time()) / 2
        for name, suspicion in suspicions.items():
            if time.time() > half:
                break
            for edit in suspicion.cures[: 2 if suspicion.readable else 1]:
                tries = self.tries([(name, [edit])])
                found += [t for t in tries if t.scores]
                if tries and tries[0].median >= goal:
                    break
            if found and found[-1].median >= goal and suspicion.weight >= STRONG:
                break
        best: dict[str, Tried] = {}
        for tried in sorted(found, key=lambda t: -t.median):
            best.setdefault(tried.cause, tried)
        return list(best.values())

    def surest(
        self, suspicions: dict[str, Suspicion], cures: list[Tried], possible: float
    ) -> Tried:
        """Return the cure that is named: of about equal ones that with no weak seed."""
        best = max(cures, key=lambda t: self._rank(suspicions, t))
        near = self._rank(suspicions, best) - EQUAL
        for tried in cures:
            ahead = min(tried.scores) - min(best.scores)
            if self._rank(suspicions, tried) >= near and ahead > EQUAL * possible:
                best = tried
        return best

    def _rank(self, suspicions: dict[str, Suspicion], tried: Tried) -> float:
        weight = suspicions[tried.cause].weight
        if tried.cause in GENERAL:
            weight -= LESS_GENERAL
        return weight + SCORE_RANK * tried.median
