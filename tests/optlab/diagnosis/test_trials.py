"""What counts as the outcome of a trial, and what does not."""

import pytest

from optlab import experiments
from optlab.diagnosis import trials
from optlab.diagnosis.trials import Trials, data_of, run_once

IRIS = experiments.find("iris").replace({"training.epochs": 3})


@pytest.mark.parametrize("kind", [TypeError, ValueError, AttributeError])
def test_a_bug_looks_like_a_bug(monkeypatch, kind):
    def broken(*arguments, **more):
        raise kind("a bug")

    monkeypatch.setattr("optlab.training.fit", broken)
    with pytest.raises(kind, match="a bug"):
        run_once(IRIS, 0, data_of(IRIS))


def test_an_interrupted_trial_is_no_evidence(monkeypatch):
    def interrupted(*arguments, **more):
        run = fit(*arguments, **more)
        run.status = "interrupted"
        return run

    from optlab.training import fit

    monkeypatch.setattr("optlab.training.fit", interrupted)
    kept = Trials()
    with pytest.raises(KeyboardInterrupt):
        kept.outcome(IRIS, 0)
    assert not kept.outcomes


def test_processes_change_no_outcome(monkeypatch):
    monkeypatch.setattr(trials, "PAYS", -1.0)
    tasks = [(IRIS, seed) for seed in (0, 1)]
    alone, shared = Trials(jobs=1), Trials(jobs=2)
    alone.run(tasks)
    shared.run(tasks)
    found = [
        {key: (o.score, o.losses) for key, o in trials.outcomes.items()}
        for trials in (alone, shared)
    ]
    assert len(found[0]) == 2 and found[0] == found[1]
