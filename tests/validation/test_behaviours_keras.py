"""Every behaviour in the catalogue holds on the TensorFlow that is installed."""

import pytest

from optlab.validation.behaviours import catalogue, measure
from optlab.validation.behaviours.asked import ASKED

#: Starts processes of its own, some eight seconds; `optlab behaviours` runs it.
SLOW = {"sums-depend-on-threads"}


def test_the_issues_belong_to_entries():
    assert set(ASKED) <= set(catalogue())
    assert all(
        link.startswith("https://github.com/") for e in ASKED.values() for link in e
    )


@pytest.mark.parametrize("name", sorted(set(catalogue()) - SLOW))
def test_holds(name):
    (outcome,) = measure(catalogue()[name], peers=False)
    assert outcome.status == "holds", outcome
