"""Examine: what data and set-up alone say, where the model cannot be run here."""

from __future__ import annotations

from collections.abc import Sequence

from optlab.diagnosis.causes import CAUSES
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.result import CauseFound, Diagnosis, changes, six_digits
from optlab.diagnosis.trials import Outcome, data_of
from optlab.diagnosis.watch import Watch
from optlab.errors import InputError
from optlab.experiments import Experiment
from optlab.plain import plain

#: From this weight a fault can be read off data or set-up.
CERTAIN = 0.9
#: From this weight something is unusual enough to be named.
UNUSUAL = 0.5
#: Causes whose tests look at the hidden layers, which are not known here.
_OF_LAYERS = ("init.", "model.", "reg.")
_OF_THE_LAST = "model.output_activation"


def examined(
    experiment: Experiment, lacking: Sequence[str], notes: Sequence[str] = ()
) -> Diagnosis:
    """Return what can be said without a run.

    Parameters
    ----------
    experiment : Experiment
        Data, loss, optimizer and the known layers, the last one among them.
    lacking : sequence of str
        Sentences that say what optlab has no counterpart of. Where one begins with
        "The loss" or "The optimizer", causes that lie there are left out.
    notes : sequence of str
        What else a reader should know.

    Returns
    -------
    Diagnosis
        With suspected causes only. `healthy` is False where a fault is certain, else
        None: without a run nobody knows.
    """
    facts = Facts.of(experiment, data_of(experiment))
    if not facts.rows:
        raise InputError("There are no rows to train on.")
    unseen = Watch(Outcome(None, "not run"))
    left_out = [*_OF_LAYERS]
    for part, prefix in (("The loss", "loss."), ("The optimizer", "opt.")):
        if any(sentence.startswith(part) for sentence in lacking):
            left_out.append(prefix)
    checked = [
        name
        for name in CAUSES
        if not name.startswith(tuple(left_out))
        or (name == _OF_THE_LAST and "loss." not in left_out)
    ]
    found = []
    for name in checked:
        suspicion = CAUSES[name].test(facts, unseen)
        if suspicion is not None and suspicion.weight >= UNUSUAL:
            found.append((suspicion.weight, name, suspicion))
    found.sort(key=lambda entry: -entry[0])
    causes = []
    for _, name, suspicion in found:
        fix = {}
        if suspicion.cures:
            changed = experiment.with_tree(suspicion.cures[0](experiment.to_dict()))
            fix = changes(experiment, changed)
        causes.append(
            CauseFound(name, "suspected", plain(suspicion.evidence, six_digits), fix)
        )
    certain = any(weight >= CERTAIN for weight, _, _ in found)
    note = "Nothing was run: the causes below are read off the data and the set-up."
    return Diagnosis(
        experiment,
        False if certain else None,
        None,
        None,
        None,
        causes,
        [],
        tuple(checked),
        notes=[*lacking, *notes, note],
    )
