"""The border of convergence: where theory has it, for a quadratic function."""

import numpy as np
import pytest

from optlab import experiments, plots
from optlab.errors import InputError
from optlab.experiments.samples import Range
from optlab.experiments.trainability import trainability

BOOTH = experiments.find("booth").replace(
    {"optimizer.name": "sgd", "training.steps": 60}
)
RATE, MOMENTUM = "optimizer.learning_rate", "optimizer.momentum"


def test_gradient_descent_with_momentum_converges_below_a_known_rate(tmp_path):
    x, y = (RATE, Range(0.05, 0.25)), (MOMENTUM, Range(0.0, 0.5))
    found = trainability(BOOTH, x, y, (8, 3), engine="single", jobs=1)
    # Booth's largest curvature is 18, and the border (2 + 2 momentum) / 18.
    border = (2 + 2 * found.y_values[:, None]) / 18
    assert (found.converged == (found.x_values < border)).all()
    assert np.isfinite(found.score).all()
    assert 0 < found.border < found.score.size
    path = tmp_path / "a.png"
    plots.save(plots.plot_trainability(found, title="Booth"), path)
    assert path.stat().st_size > 5_000


def test_bad_input():
    one = (RATE, Range(0.1, 0.2))
    with pytest.raises(InputError, match="must differ"):
        trainability(BOOTH, one, one)
    with pytest.raises(InputError, match="two points"):
        trainability(BOOTH, one, (MOMENTUM, Range(0, 0.5)), (1, 4))
    with pytest.raises(InputError, match="Unknown engine"):
        trainability(BOOTH, one, (MOMENTUM, Range(0, 0.5)), engine="lock")
