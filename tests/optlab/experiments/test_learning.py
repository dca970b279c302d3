"""Whether a run that ended has learned: against the start, and constant predictions."""

import numpy as np

from optlab import experiments
from optlab.experiments.learning import Learning

IRIS = experiments.find("iris").replace({"training.epochs": 5})


def test_a_training_that_works_is_no_failure():
    assert IRIS.run().did_not_learn == ""


def test_a_rate_of_zero_learns_nothing():
    run = IRIS.replace({"optimizer.learning_rate": 0.0}).run()
    assert run.status == "finished" and "before the first step" in run.did_not_learn
    assert run.summary()["did_not_learn"] == run.did_not_learn


def test_a_constant_prediction_is_a_failure_although_the_loss_fell():
    built = IRIS.build()
    learning = Learning(built)
    built.model.set_weights([np.zeros_like(w) for w in built.model.get_weights()])
    learning._start = 99.0
    run = IRIS.run()
    assert learning.fault(run) == "the model predicts the same for every row"


def test_a_start_at_the_minimum_cannot_get_better():
    booth = experiments.find("booth")
    assert booth.replace({"function.start": [1.0, 3.0]}).run().did_not_learn == ""
    far = booth.replace({"optimizer.learning_rate": 0.25}).run()
    assert "at the start" in far.did_not_learn
