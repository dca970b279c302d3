"""Every behaviour in the catalogue holds on the TensorFlow that is installed."""

import pytest

from optlab.validation.behaviours import catalogue, measure

#: Starts processes of its own, some eight seconds; `optlab behaviours` runs it.
SLOW = {"sums-depend-on-threads"}


@pytest.mark.parametrize("name", sorted(set(catalogue()) - SLOW))
def test_holds(name):
    (outcome,) = measure(catalogue()[name], peers=False)
    assert outcome.status == "holds", outcome
