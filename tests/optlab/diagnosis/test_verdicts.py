"""Which verdict the runs allow, from what a search found."""

import pytest

from optlab.diagnosis.findings import Findings
from optlab.diagnosis.learnable import Learnable
from optlab.diagnosis.report import _verdict
from optlab.diagnosis.trials import Outcome
from optlab.diagnosis.watch import Watch


def found(before, own, possible, forest, p_value=0.02, healthy=True, **rest):
    return Findings(
        None,
        Watch(Outcome(before, "finished")),
        {},
        [before] * 3,
        possible=possible,
        healthy=healthy,
        learnable=Learnable(p_value, forest, **rest),
        training_score=own,
    )


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        (found(0.9, 0.95, 0.92, 0.9), "healthy"),
        (found(0.0, 0.0, 0.9, 0.9, healthy=False), "faulty"),
        # Nothing else learned in the time, but a forest does, and this does not.
        (found(0.0, 0.0, 0.04, 0.82), "faulty"),
        (found(0.05, 0.1, 0.04, 0.2), "undecided"),
        # A forest does better, and no network that was tried.
        (found(0.6, 0.7, 0.62, 0.9, healthy=False), "undecided"),
        (found(0.1, 0.95, 0.12, 0.2), "does_not_generalise"),
        (found(0.02, 0.9, 0.03, 0.05, p_value=0.6), "nothing_to_learn"),
        (found(0.5, 0.9, 0.5, 0.5, constant="targets"), "nothing_to_learn"),
    ],
)
def test_verdict(findings, verdict):
    assert _verdict(findings, []) == verdict


@pytest.mark.parametrize(
    ("before", "shortened", "falling", "verdict"),
    [
        (0.64, True, False, "undecided"),  # of 200 epochs 14 were made
        (0.02, True, True, "undecided"),
        (0.02, True, False, "faulty"),  # at chance, where a reference learns as fast
        (0.64, False, False, "faulty"),
    ],
)
def test_a_training_that_was_cut_is_not_accused_on_its_way(
    before, shortened, falling, verdict
):
    findings = found(before, before, 0.99, 0.9, healthy=False)
    findings.shortened, findings.reference_score = shortened, 0.99
    findings.watch.loss = [1.0, 0.9, 0.8, 0.7, 0.6] if falling else [0.7] * 5
    assert _verdict(findings, []) == verdict
