"""The diagnosis names the curvature where the rate is above what it allows."""

import numpy as np
import pytest

from optlab import experiments
from optlab.diagnosis.causes.optimizer import lr_too_high
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.watch import watch


@pytest.mark.parametrize(("rate", "above"), [(0.1, False), (5.0, True)])
def test_sharpness_of_the_first_step(rate, above):
    experiment = experiments.find("iris").replace(
        {"optimizer.name": "sgd", "optimizer.learning_rate": rate}
    )
    data = experiment.load_data()
    seen = watch(experiment, 0, data, 100)
    found = lr_too_high(Facts.of(experiment, data), seen)
    assert ("first_sharpness_over_limit" in found.evidence) == above
    assert np.isfinite(seen.sharpness)
