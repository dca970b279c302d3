"""`optlab.diagnose`: why a set-up does not learn, proved by rerunning it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from optlab.diagnosis.causes import CAUSES, Suspicion
from optlab.diagnosis.examine import examined
from optlab.diagnosis.result import CauseFound, Diagnosis, changes, six_digits
from optlab.diagnosis.sampling import affordable, restored
from optlab.diagnosis.scoring import FLOOR
from optlab.diagnosis.search import Findings, Search, Tried
from optlab.diagnosis.trials import SEEDS, Trials, data_of
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.plain import plain

#: Suspicions below this weight are guards: reported only where they cure.
REPORTED = 0.5
#: A set of changes that gains less than this share of what is possible cures nothing.
HELPED_SHARE = 0.5


def diagnose(
    experiment: Any,
    x: Any = None,
    y: Any = None,
    *,
    epochs: int | None = None,
    batch_size: int | None = None,
    validation_data: Any = None,
    budget: float = 60.0,
    jobs: int = 2,
    progress: Callable[[int], Any] | None = None,
) -> Diagnosis:
    """Say why a set-up does not learn, and prove it by changing one thing at a time.

    Parameters
    ----------
    experiment : Experiment, str, Path or keras.Model
        An experiment, the path or name of one, or a compiled tf.keras model, which
        needs `x` and `y` and is read, not trained. Where optlab lacks one of its
        layers, its data and set-up are examined, and nothing is run.
    x, y : array_like, optional
        The rows that a tf.keras model was to be trained on.
    epochs, batch_size : int, optional
        How the tf.keras model was to be trained; 20 and 32 where left out.
    validation_data : (x, y), optional
        Rows to score the tf.keras model on; a fifth of the rows where left out.
    budget : float
        Seconds after which no new run is started; the answer is then what is known.
    jobs : int
        Processes to run trials in.
    progress : callable, optional
        Called with the number of runs made so far.

    Returns
    -------
    Diagnosis

    Raises
    ------
    InputError
        If the experiment cannot be read, or has no data to learn from.
    """
    began = time.time()
    notes: list[str] = []
    lacking: list[str] = []
    if not isinstance(experiment, (Experiment, str, Path)):
        from optlab.validation.keras_experiment import read

        reading = read(
            experiment, x, y, epochs or 20, batch_size or 32, validation_data
        )
        experiment, lacking = reading.experiment, reading.lacking
    elif x is not None or y is not None:
        raise InputError(
            "`x` and `y` go with a tf.keras model; an experiment has its own data."
        )
    if not isinstance(experiment, Experiment):
        from optlab.experiments import find

        experiment = find(experiment)
    if experiment.data is None:
        raise InputError(
            "A diagnosis needs an experiment with data and a model. "
            "Received: an analytic function"
        )
    if not budget > 0:
        raise InputError(f"`budget` must be above 0. Received: budget={budget}")
    if lacking:
        answer = examined(experiment, lacking, notes)
        answer.seconds = time.time() - began
        return answer
    original = experiment
    experiment = scored = _scorable(experiment, notes)
    experiment = sample = affordable(experiment, budget, notes)
    trials = Trials(began + budget, progress, jobs)
    found = Search(experiment, trials)()
    if not found.complete:
        notes.append(
            f"The time budget of {budget:g} s ran out; this is the answer so far."
        )
    answer = _report(original, experiment, found, notes)
    answer.losses_before = trials.losses(experiment, len(found.before))
    if found.cured is not None:
        answer.losses_after = trials.losses(found.cured, len(found.after))
        if sample is not scored:
            answer.cured = restored(found.cured, sample, scored, notes)
    answer.seconds = time.time() - began
    answer.runs = len(trials.outcomes)
    return answer


def _scorable(experiment: Experiment, notes: list[str]) -> Experiment:
    """Make sure that there are rows to score on and rows to learn from."""
    data = data_of(experiment)
    if not len(data.x):
        raise InputError("There are no rows to train on.")
    if data.x_val is None or not len(data.x_val):
        experiment = experiment.replace({"data.validation": 0.2})
        data = data_of(experiment)
        if data.x_val is None or not len(data.x_val):
            raise InputError(
                f"There are too few rows to keep some for scoring: {len(data.x)}."
            )
        notes.append("A fifth of the rows was kept to score on.")
    return experiment


def _report(
    original: Experiment, experiment: Experiment, found: Findings, notes: list[str]
) -> Diagnosis:
    """Turn findings into an answer."""
    before = _median(found.before)
    answer = Diagnosis(
        original,
        found.healthy,
        before,
        None,
        round(found.possible, 4) if found.possible > FLOOR else None,
        [],
        [],
        tuple(CAUSES),
        before=found.before,
        notes=notes,
    )
    if found.healthy:
        answer.score_after = before
        if answer.possible is not None or found.complete:
            return answer
        # There was no time to see what these data allow.
        answer.healthy = None
        for name, suspicion in found.suspicions.items():
            if suspicion.weight >= REPORTED:
                tried = _untried(name, suspicion, experiment)
                entry = _entry(found, experiment, tried, "suspected", tried)
                answer.causes.append(entry)
        return answer
    singles = {tried.cause: tried for tried in found.singles}
    in_cure = {tried.cause for tried in found.cure}
    start = max(before or 0.0, 0.0)
    goal = start + 0.7 * max(0.0, found.possible - start)
    helped = start + HELPED_SHARE * max(0.0, found.possible - start)
    cured = bool(found.after) and statistics.median(found.after) >= helped
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
    for name in cures:
        tried = singles[name]
        answer.causes.append(_entry(found, experiment, tried, "proved", tried))
    for name, suspicion in rest:
        if name in cures:
            continue
        tried = singles.get(name, _untried(name, suspicion, experiment))
        helps = tried.scores and tried.median > start + 0.25 * (found.possible - start)
        if suspicion.weight >= REPORTED and (helps or not tried.scores):
            entry = _entry(found, experiment, tried, "suspected", tried)
            answer.causes.append(entry)
        elif suspicion.weight >= 0.9 and not found.cure:
            answer.causes.append(_entry(found, experiment, tried, "suspected", tried))
        elif tried.scores:
            entry = _entry(found, experiment, tried, "ruled out", tried)
            answer.ruled_out.append(entry)
    if found.cured is not None:
        answer.cured = found.cured
        answer.after = found.after
        answer.score_after = _median(found.after)
    return answer


def _untried(name: str, suspicion: Suspicion, experiment: Experiment) -> Tried:
    """Return the first cure of a suspicion that was not run, for its fix."""
    for cure in suspicion.cures:
        try:
            changed = experiment.with_tree(cure(experiment.to_dict()))
        except ValueError:
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
    if single.scores:
        count = len(single.scores)
        before = found.before if count >= len(SEEDS) else found.before[:count]
        evidence |= {
            "before": [round(v, 4) for v in before],
            "after": [round(v, 4) for v in single.scores],
            "seeds": list(range(count)),
            "effect": round(single.median - statistics.median(before), 4),
        }
    if status == "proved" and len(found.cure) > 1 and tried in found.cure:
        evidence["with"] = [t.cause for t in found.cure if t is not tried]
    fix = changes(experiment, tried.experiment)
    return CauseFound(tried.cause, status, plain(evidence, six_digits), fix)


def _median(scores: list[float]) -> float | None:
    """Return the median score; None where most runs gave none."""
    if not scores or sum(s <= FLOOR for s in scores) * 2 > len(scores):
        return None
    return round(statistics.median(scores), 4)
