"""Cures of several changes: together where one is not enough, steadied, polished."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from optlab.diagnosis.causes import Suspicion
from optlab.diagnosis.findings import Findings, Tried, contradicts
from optlab.diagnosis.scoring import FLOOR
from optlab.diagnosis.thresholds import (
    LOST,
    POLISH,
    POLISHED_SHARE,
    PROGRESS,
    STEADIER,
    STRONG,
    USEFUL,
)
from optlab.diagnosis.trials import SEEDS
from optlab.diagnosis.variants import Variants


class Sets(Variants):
    """Looks for sets of changes that cure, and for better ones."""

    def together(
        self,
        suspicions: dict[str, Suspicion],
        singles: list[Tried],
        goal: float,
    ) -> list[Tried]:
        """Remove several suspicions at once; then put back what was no cause."""
        by_cause = {tried.cause: tried for tried in singles}
        for name, suspicion in suspicions.items():
            if self.slow and name not in by_cause and suspicion.weight >= STRONG:
                for edit in suspicion.cures[:1]:
                    experiment = self.changed(edit)
                    if experiment is not None:
                        by_cause[name] = Tried(name, edit, experiment)
        ranked = [by_cause[name] for name in suspicions if name in by_cause]
        strong = [t for t in ranked if suspicions[t.cause].weight >= STRONG]
        useful = [t for t in singles if t.median > USEFUL and t not in strong]
        best: list[Tried] = []
        for chosen in (strong, [*strong, *useful[:2]], ranked):
            experiment = self.with_all(chosen)
            if experiment is None or len(chosen) < 2:
                continue
            if self.trials.median(experiment, self.trials.seeds[:2]) >= goal:
                best = list(chosen)
                break
        if not best:
            return self._greedy(ranked, goal)
        for tried in sorted(best, key=lambda t: suspicions[t.cause].weight):
            fewer = [t for t in best if t is not tried]
            if not fewer:
                break
            experiment = self.with_all(fewer)
            if experiment is None:
                continue
            if self.trials.median(experiment) >= goal:
                best = fewer
        return best

    def _greedy(self, ranked: list[Tried], goal: float) -> list[Tried]:
        """Add the change that helps most, while one does."""
        chosen: list[Tried] = []
        score = FLOOR
        for _ in range(4):
            options = []
            for tried in ranked:
                if tried in chosen:
                    continue
                experiment = self.with_all([*chosen, tried])
                if experiment is not None:
                    value = self.trials.median(experiment, SEEDS[:1])
                    options.append((value, -ranked.index(tried), tried))
            if not options:
                break
            value, _, tried = max(options, key=lambda o: o[:2])
            if value <= score + PROGRESS:
                break
            chosen.append(tried)
            score = value
            if score >= goal:
                break
        return chosen

    def steadied(
        self, suspicions: dict[str, Suspicion], cure: list[Tried], goal: float
    ) -> list[Tried]:
        """Where a seed stays behind, look for an alternative that cures all.

        Seeds that played no part in the choice are asked as well.
        """
        if not cure:
            return cure
        best, held = cure, self._held(cure, goal)
        for k, tried in enumerate(cure):
            for edit in suspicions[tried.cause].cures:
                if held[0] >= 1.0:
                    return best
                experiment = self.changed(edit)
                if edit is tried.edit or experiment is None:
                    continue
                swapped = Tried(tried.cause, edit, experiment)
                other = [*cure[:k], swapped, *cure[k + 1 :]]
                found = self._held(other, goal)
                if found > (held[0] + STEADIER, held[1] - LOST):
                    best, held = other, found
        return best

    def _held(self, cure: Sequence[Tried], goal: float) -> tuple[float, float]:
        """Return the share of seeds that reach the goal, and the median score."""
        whole = self.with_all(cure)
        scores = self.trials.scores(whole, self.more_seeds) if whole is not None else []
        if not scores:
            return 0.0, FLOOR
        share = sum(score >= goal for score in scores) / len(scores)
        return share, statistics.median(scores)

    def polished(
        self, suspicions: dict[str, Suspicion], found: Findings
    ) -> list[Tried]:
        """Add one more change where the cure stays well below what is possible."""
        cure = found.cure
        whole = self.with_all(cure)
        if whole is None or not cure:
            return cure
        reached = self.trials.median(whole)
        if reached >= POLISHED_SHARE * found.possible:
            return cure
        present = {tried.cause for tried in cure}
        best, highest = cure, reached + POLISH
        for name, suspicion in suspicions.items():
            if name in present or not suspicion.cures:
                continue
            for edit in suspicion.cures[:1]:
                experiment = self.changed(edit)
                if experiment is None or experiment == self.original:
                    continue
                more = [*cure, Tried(name, edit, experiment)]
                variant = self.with_all(more)
                if variant is None or self.trials.median(variant, SEEDS[:1]) < highest:
                    continue
                median = self.trials.median(variant)
                if median > highest:
                    best, highest = more, median
        return best

    def besides(
        self, suspicions: dict[str, Suspicion], cure: list[Tried], after: list[float]
    ) -> list[Tried]:
        """Return the contradictions that a cure may repair as well.

        Other seeds may fail by them: a last layer of one relu unit that is dead, say.
        """
        present, found = {tried.cause for tried in cure}, list[Tried]()
        for name, suspicion in suspicions.items():
            if not contradicts(name, suspicion) or name in present or not after:
                continue
            for edit in suspicion.cures:
                more = [*cure, *found, Tried(name, edit, self.original)]
                whole = self.with_all(more)
                scores = self.trials.scores(whole) if whole is not None else []
                if len(scores) < len(after) or whole == self.with_all([*cure, *found]):
                    continue
                lost = statistics.median(after) - statistics.median(scores)
                if lost <= PROGRESS and min(after) - min(scores) <= LOST:
                    found.append(more[-1])
                    break
        return found
