"""Findings of a search as an answer: the verdict, and the causes with their proof."""

from __future__ import annotations

import statistics
from typing import Any

from optlab.diagnosis.causes import CAUSES, Suspicion
from optlab.diagnosis.causes.program import meaningless_metric
from optlab.diagnosis.findings import Findings, Tried
from optlab.diagnosis.result import CauseFound, Diagnosis, Verdict, changes, six_digits
from optlab.diagnosis.scoring import FLOOR
from optlab.diagnosis.thresholds import (
    BY_HEART,
    CURED_SHARE,
    GAIN,
    HELPED_SHARE,
    HELPS_SHARE,
    NO_SCORE,
    NOT_BEYOND,
    PLAIN,
    REPORTED,
    TOLD,
    WORST_GAIN,
)
from optlab.diagnosis.trials import SEEDS
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.plain import plain

#: Suspicions that are about the rows, and told with every verdict.
_ROWS = ("data.too_few_rows", "data.sequence_of_length_one")


def report(
    original: Experiment, experiment: Experiment, found: Findings, notes: list[str]
) -> Diagnosis:
    """Turn findings into an answer.

    Parameters
    ----------
    original, experiment : Experiment
        As it came, and the sample of it that was run.
    found : Findings
        Of the search.
    notes : list of str
        What a reader should know; gets more.
    """
    answer = Diagnosis(
        original,
        "undecided",
        _median(found.before),
        None,
        round(found.possible, 4) if found.possible > FLOOR else None,
        [],
        [],
        tuple(CAUSES),
        before=found.before,
        notes=notes,
        p_value=found.learnable.p_value,
        training_score=found.training_score,
        few_rows=found.few,
    )
    answer.verdict = _verdict(found, notes)
    why = meaningless_metric(found.facts)
    if why is not None:
        notes.append(metric_note(why))
    if answer.verdict == "faulty":
        _add_causes(answer, experiment, found)
        return answer
    answer.score_after = answer.score_before
    for name, suspicion in found.suspicions.items():
        told = answer.verdict == "undecided" or name in _ROWS
        if not suspicion.readable and not (told and suspicion.weight >= REPORTED):
            continue
        tried = _untried(name, suspicion, experiment)
        if answer.verdict == "healthy":
            entry = _entry(found, experiment, tried, "ruled out", tried)
            answer.ruled_out.append(entry)
            notes.append(
                f"{name} can be read off, and did no harm: every one of "
                f"{len(found.before)} seeds learned."
            )
        else:
            entry = _entry(found, experiment, tried, "suspected", tried)
            answer.causes.append(entry)
    return answer


def metric_note(why: dict[str, str]) -> str:
    """Say which metric is meaningless."""
    return (
        f"metric.meaningless: {why['metric']!r} says nothing here: {why['why']}. "
        f"Instead: {why['instead']}."
    )


def _verdict(found: Findings, notes: list[str]) -> Verdict:
    """Say which of the verdicts the runs allow."""
    readable = any(s.readable for s in found.suspicions.values())
    told = found.learnable
    if told.constant:
        notes.append(f"The {told.constant} are the same in every row.")
        return "nothing_to_learn"
    if told.nothing and not found.few:
        notes.append(
            f"A permutation test gives p = {told.p_value:.2g}, a random forest scores "
            f"{told.forest or 0.0:.2f} on other rows, and no network more than "
            f"{max(found.possible, *found.before, -1.0):.2f}."
        )
        return "nothing_to_learn"
    if found.watch.outcome.status == "refused":
        return "faulty"
    if found.watch.outcome.status == "too_large":
        notes.append(found.watch.outcome.message)
        return "faulty" if readable else "undecided"
    if not found.healthy:
        if found.shortened and not readable and _on_its_way(found):
            notes.append(
                "It was learning where the training was cut: whether all of it learns "
                "is not known (--budget)."
            )
            return "undecided"
        if found.behind_forest and not readable and not _near_possible(found):
            notes.append(
                f"A random forest scores {told.forest or 0.0:.2f} on other rows, and "
                "no change that was tried comes near it: whether a network can, is "
                "not known."
            )
            return "undecided"
        if found.cured is not None or readable:
            return "faulty"
        return "faulty" if found.possible >= NO_SCORE else "undecided"
    scored = statistics.median(found.before) if found.before else None
    learned = found.training_score
    if (told.forest or 0.0) >= TOLD and scored is not None and learned is not None:
        if max(scored, learned) < NOT_BEYOND and found.possible < NOT_BEYOND:
            notes.append(
                f"A random forest scores {told.forest:.2f} on other rows; the program "
                f"does not even learn its own ({learned:.2f})."
            )
            return "faulty"
    if found.possible <= FLOOR:
        notes.append("Nothing could be compared with it in the time (--budget).")
        return "faulty" if readable else "undecided"
    before = statistics.median(found.before) if found.before else FLOOR
    own = found.training_score if found.training_score is not None else before
    low = max(before, found.possible) < NOT_BEYOND
    if low and own >= BY_HEART and not found.few:
        return "does_not_generalise"
    if max(before, found.possible) < NO_SCORE:
        forest = told.forest
        other = f"; a random forest scores {forest:.2f}" if forest is not None else ""
        notes.append(
            f"The reference fails itself: it scores {found.possible:.2f}{other}. More "
            "rows, or inputs that say more, would decide it."
        )
        return "faulty" if readable else "undecided"
    return "healthy"


def _on_its_way(found: Findings) -> bool:
    """Whether a training that was cut was learning until then, or had already."""
    before = statistics.median(found.before) if found.before else FLOOR
    half = HELPED_SHARE * max(found.possible, NO_SCORE)
    return found.watch.still_falling or before >= half


def _near_possible(found: Findings) -> bool:
    """Whether a network gets half of the way, or the original half of it at the most.

    The best reference counts as well as the cure.
    """
    before = max(statistics.median(found.before), 0.0)
    most = max(found.reference_score, _median(found.after) or FLOOR)
    way = HELPED_SHARE * max(0.0, found.possible - before)
    return most >= before + way or before < HELPED_SHARE * found.possible


def _add_causes(answer: Diagnosis, experiment: Experiment, found: Findings) -> None:
    """Add the causes of a faulty set-up, proved ones first."""
    before = answer.score_before
    singles = {tried.cause: tried for tried in found.singles}
    in_cure = {tried.cause for tried in found.cure}
    start = max(before or 0.0, 0.0)
    goal = start + CURED_SHARE * max(0.0, found.possible - start)
    helped = start + HELPED_SHARE * max(0.0, found.possible - start)
    cured = bool(found.after) and statistics.median(found.after) >= helped
    cured = cured and gains(found.before, found.after)
    status = "proved" if cured else "suspected"
    for tried in found.cure:
        single = singles.get(tried.cause, tried)
        if len(found.cure) == 1:
            # The cure may be another change than the one that won the race.
            tried.scores = list(found.after)
            single = tried
        answer.causes.append(_entry(found, experiment, tried, status, single))
    rest = [(n, s) for n, s in found.suspicions.items() if n not in in_cure]
    # A change that is part of the cure belongs to it, whichever cause brought it in.
    whole = changes(experiment, found.cured) if found.cured is not None else {}
    contained = [
        n
        for n, s in rest
        if s.weight >= REPORTED
        and n in singles
        and _within(experiment, singles[n], whole)
    ]
    cures = [n for n, _ in rest if n in singles and singles[n].median >= goal]
    cures = [*contained, *(n for n in cures if n not in contained)]
    cures = [n for n in cures if gains(found.before, singles[n].scores)]
    for name in cures:
        tried = singles[name]
        answer.causes.append(_entry(found, experiment, tried, "proved", tried))
    for name, suspicion in rest:
        if name in cures:
            continue
        tried = singles.get(name, _untried(name, suspicion, experiment))
        some = start + HELPS_SHARE * (found.possible - start)
        helps = tried.scores and tried.median > some
        if suspicion.readable or (
            suspicion.weight >= REPORTED and (helps or not tried.scores)
        ):
            entry = _entry(found, experiment, tried, "suspected", tried)
            answer.causes.append(entry)
        elif suspicion.weight >= PLAIN and not found.cure:
            answer.causes.append(_entry(found, experiment, tried, "suspected", tried))
        elif tried.scores:
            entry = _entry(found, experiment, tried, "ruled out", tried)
            answer.ruled_out.append(entry)
    if found.besides:
        names = ", ".join(tried.cause for tried in found.besides)
        answer.notes.append(f"The fix repairs {names} as well; it scores no less.")
    if found.cured is not None:
        answer.cured = found.cured
        answer.after = found.after
        answer.score_after = _median(found.after)


def gains(before: list[float], after: list[float]) -> bool:
    """Whether scores became better: the median, or that of the worst seed."""
    if not before or not after:
        return bool(after)
    better = statistics.median(after) > statistics.median(before) + GAIN
    return better or min(after) > min(before) + WORST_GAIN


def _untried(name: str, suspicion: Suspicion, experiment: Experiment) -> Tried:
    """Return the first cure of a suspicion that was not run, for its fix."""
    for cure in suspicion.cures:
        try:
            changed = experiment.with_tree(cure(experiment.to_dict()))
        except InputError:
            continue
        return Tried(name, cure, changed)
    return Tried(name, lambda tree: tree, experiment)


def _within(experiment: Experiment, tried: Tried, whole: dict[str, Any]) -> bool:
    """Whether all that a change does is done by the whole cure as well."""
    part = changes(experiment, tried.experiment)
    return bool(part) and all(k in whole and whole[k] == v for k, v in part.items())


def _entry(
    found: Findings, experiment: Experiment, tried: Tried, status: Any, single: Tried
) -> CauseFound:
    """Describe one cause with the numbers of its trial."""
    evidence = dict(found.suspicions[tried.cause].evidence)
    # What cures only with others is proved by the scores of all of them together.
    joint = status == "proved" and len(found.cure) > 1 and tried in found.cure
    scores = found.after if joint else single.scores
    if scores:
        count = len(scores)
        before = found.before if count >= len(SEEDS) else found.before[:count]
        evidence |= {
            "before": [round(v, 4) for v in before],
            "after": [round(v, 4) for v in scores],
            "seeds": list(range(count)),
            "effect": round(statistics.median(scores) - statistics.median(before), 4),
        }
    if joint:
        evidence["with"] = [t.cause for t in found.cure if t is not tried]
    fix = changes(experiment, tried.experiment)
    return CauseFound(tried.cause, status, plain(evidence, six_digits), fix)


def _median(scores: list[float]) -> float | None:
    """Return the median score; None where most runs gave none."""
    if not scores or sum(s <= FLOOR for s in scores) * 2 > len(scores):
        return None
    return round(statistics.median(scores), 4)
