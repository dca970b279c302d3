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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optlab.diagnosis.causes import CAUSES, Suspicion
from optlab.diagnosis.edits import Edit, all_of
from optlab.diagnosis.engine import Engine, OptlabEngine
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.learnable import Learnable, learnable
from optlab.diagnosis.reference import references
from optlab.diagnosis.scoring import FLOOR
from optlab.diagnosis.thresholds import (
    AHEAD,
    BEST,
    CURED_SHARE,
    EQUAL,
    FOREST_SHARE,
    HEALTHY_GAP,
    HEALTHY_SHARE,
    LESS_GENERAL,
    LOST,
    PLAIN,
    POLISH,
    POLISHED_SHARE,
    PROGRESS,
    READABLE,
    SCORE_RANK,
    STEADIER,
    STRONG,
    SURE,
    UNSTABLE_SHARE,
    USEFUL,
    WORTH,
)
from optlab.diagnosis.trials import SEEDS, Trials, one_thread
from optlab.diagnosis.watch import Watch
from optlab.errors import InputError
from optlab.experiments import Experiment

#: Runs that a search needs; where there is no time for them, one seed has to do.
RUNS = 25
#: The share of the time left that a run of a reference may take.
REFERENCE_SHARE = 1 / 8
#: Seeds that disagree ask for these.
MORE_SEEDS = (*SEEDS, 3, 4)
#: Causes that are contradictions of last layer, loss and targets.
CONTRADICTIONS = ("model.output", "model.rank", "loss.")
#: Cures that help against nearly anything: named first only where nothing else cures.
GENERAL = {"model.capacity", "opt.too_few_updates"}


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


class Search:
    """The search for the causes of one experiment."""

    def __init__(self, experiment: Experiment, trials: Trials) -> None:
        self.original = experiment
        self.trials = trials
        self.engine: Engine = trials.engine or OptlabEngine()

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
        found.singles = self._singles(suspicions, before, goal)
        if found.singles:
            found.possible = max(found.possible, found.singles[0].median)
        goal = self._goal(before, found.possible)
        cures = [t for t in found.singles if t.median >= goal]
        if cures:
            found.cure = [self._surest(suspicions, cures, found.possible)]
        else:
            found.cure = self._together(suspicions, found.singles, goal)
        found.cure = self._steadied(suspicions, found.cure, goal)
        found.cure = self._polished(suspicions, found)
        whole = self._with(found.cure) if found.cure else None
        if whole is not None:
            found.after = self.trials.scores(whole)
            found.besides = self._besides(suspicions, found.cure, found.after)
            found.cured = self._with([*found.cure, *found.besides])
        self._rebuilt(found, goal)
        self._unproved(found)
        found.complete = not self.trials.out_of_time
        return found

    # Steps.

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
                experiment = self._changed(edit)
                if experiment is not None:
                    found.cure.append(Tried(name, edit, experiment))
        found.cured = self._with(found.cure) if found.cure else None

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
            for edit in reversed(edits) if self._slow else edits:
                if self._slow and found.reference and time.time() > third:
                    break
                experiment = self._changed(edit)
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
            found.before = scores = self.trials.scores(self.original, self._more)
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
            found.before = self.trials.scores(self.original, self._more)
            return min(found.before) > found.possible - HEALTHY_GAP
        return gap < HEALTHY_GAP or before >= HEALTHY_SHARE * found.possible > 0

    def _goal(self, before: float, possible: float) -> float:
        start = max(before, 0.0)
        return start + CURED_SHARE * max(0.0, possible - start)

    def _singles(
        self, suspicions: dict[str, Suspicion], before: float, goal: float
    ) -> list[Tried]:
        """Run every cure alone; keep the best of each cause.

        The first cure of each cause on the first seed; then the alternatives of causes
        that it did not cure, unless a strong suspicion is cured already; then the other
        seeds for all that are worth it.
        """
        start = max(0.0, before)
        if self._slow:
            return self._few_singles(suspicions, goal)
        first = self._tries((name, s.cures[:1]) for name, s in suspicions.items())
        done = {t.cause for t in first if t.median >= goal}
        tries = list(first)
        if not any(suspicions[name].weight >= SURE for name in done):
            tries += self._tries(
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
                tries = self._tries([(name, [edit])])
                found += [t for t in tries if t.scores]
                if tries and tries[0].median >= goal:
                    break
            if found and found[-1].median >= goal and suspicion.weight >= STRONG:
                break
        best: dict[str, Tried] = {}
        for tried in sorted(found, key=lambda t: -t.median):
            best.setdefault(tried.cause, tried)
        return list(best.values())

    @property
    def _slow(self) -> bool:
        """Whether there is time for few runs only: one seed, the likeliest first."""
        return len(self.trials.seeds) < len(SEEDS)

    @property
    def _more(self) -> tuple[int, ...]:
        """The seeds that a cure, or health, is held to."""
        return SEEDS[:2] if self._slow else MORE_SEEDS

    def _tries(self, cures: Iterable[tuple[str, list[Edit]]]) -> list[Tried]:
        """Run cures on the first seed."""
        found = []
        for name, edits in cures:
            for edit in edits:
                experiment = self._changed(edit)
                if experiment is not None and experiment != self.original:
                    found.append(Tried(name, edit, experiment))
        self.trials.run((tried.experiment, SEEDS[0]) for tried in found)
        for tried in found:
            tried.scores = self.trials.scores(tried.experiment, SEEDS[:1])
        return found

    def _steadied(
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
                experiment = self._changed(edit)
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
        whole = self._with(cure)
        scores = self.trials.scores(whole, self._more) if whole is not None else []
        if not scores:
            return 0.0, FLOOR
        share = sum(score >= goal for score in scores) / len(scores)
        return share, statistics.median(scores)

    def _polished(
        self, suspicions: dict[str, Suspicion], found: Findings
    ) -> list[Tried]:
        """Add one more change where the cure stays well below what is possible."""
        cure = found.cure
        whole = self._with(cure)
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
                experiment = self._changed(edit)
                if experiment is None or experiment == self.original:
                    continue
                more = [*cure, Tried(name, edit, experiment)]
                variant = self._with(more)
                if variant is None or self.trials.median(variant, SEEDS[:1]) < highest:
                    continue
                median = self.trials.median(variant)
                if median > highest:
                    best, highest = more, median
        return best

    def _besides(
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
                whole = self._with(more)
                scores = self.trials.scores(whole) if whole is not None else []
                if len(scores) < len(after) or whole == self._with([*cure, *found]):
                    continue
                lost = statistics.median(after) - statistics.median(scores)
                if lost <= PROGRESS and min(after) - min(scores) <= LOST:
                    found.append(more[-1])
                    break
        return found

    def _together(
        self,
        suspicions: dict[str, Suspicion],
        singles: list[Tried],
        goal: float,
    ) -> list[Tried]:
        """Remove several suspicions at once; then put back what was no cause."""
        by_cause = {tried.cause: tried for tried in singles}
        for name, suspicion in suspicions.items():
            if self._slow and name not in by_cause and suspicion.weight >= STRONG:
                for edit in suspicion.cures[:1]:
                    experiment = self._changed(edit)
                    if experiment is not None:
                        by_cause[name] = Tried(name, edit, experiment)
        ranked = [by_cause[name] for name in suspicions if name in by_cause]
        strong = [t for t in ranked if suspicions[t.cause].weight >= STRONG]
        useful = [t for t in singles if t.median > USEFUL and t not in strong]
        best: list[Tried] = []
        for chosen in (strong, [*strong, *useful[:2]], ranked):
            experiment = self._with(chosen)
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
            experiment = self._with(fewer)
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
                experiment = self._with([*chosen, tried])
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

    # Helpers.

    def _surest(
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

    def _with(self, chosen: Sequence[Tried]) -> Experiment | None:
        """Return the experiment with several changes."""
        return self._changed(all_of(*(tried.edit for tried in chosen)))

    def _changed(self, edit: Edit) -> Experiment | None:
        """Return the experiment after an edit; None where it would not be valid."""
        try:
            return self.original.with_tree(edit(self.original.to_dict()))
        except (InputError, ValueError):
            return None


def contradicts(name: str, suspicion: Suspicion) -> bool:
    """Whether outputs and loss are plainly not those of the targets."""
    return suspicion.weight >= PLAIN and name.startswith(CONTRADICTIONS)


def suspect(facts: Facts, seen: Watch) -> dict[str, Suspicion]:
    """Run the test of every cause; return what it suspects, the strongest first."""
    found: dict[str, Any] = {}
    for name, cause in CAUSES.items():
        suspicion = cause.test(facts, seen)
        if suspicion is not None:
            found[name] = suspicion
    return dict(sorted(found.items(), key=lambda item: -item[1].weight))
