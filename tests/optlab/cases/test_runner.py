"""Every variant runs with every seed, to the same figures in one process or several."""

import numpy as np
import pytest

from optlab.cases import Descent, run_case
from optlab.problems import DoubleWell


def test_every_variant_is_run_with_every_seed(tiny):
    counted = []
    outcome, found = run_case(tiny, jobs=1, progress=lambda: counted.append(1))
    assert len(counted) == tiny.runs == 10
    assert outcome.verdict == "holds"
    assert outcome.condition == "The huge one diverges."
    assert found.diverged("huge") == 5
    assert found.diverged("small") == 0
    assert [trial.seed for trial in found.trials["small"]] == list(tiny.seeds)
    # Seeds make different rows and first weights.
    assert len({trial.losses[0] for trial in found.trials["small"]}) == 5
    variants = outcome.figures["variants"]
    assert variants["huge"]["diverged"] == variants["huge"]["runs"] == 5
    assert outcome.figures["comparisons"][0]["wins"] == 5


def test_the_same_seeds_give_the_same_figures(tiny):
    first, second = (run_case(tiny, jobs=1)[0] for _ in range(2))
    assert first.figures == second.figures


def test_an_interrupted_run_is_no_result(tiny, monkeypatch):
    def interrupted(self, seed):
        trial = run(self, seed)
        trial.status = "interrupted"
        return trial

    kind = type(tiny.variants["small"])
    run = kind.run
    monkeypatch.setattr(kind, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_case(tiny, jobs=1)


def test_a_descent_keeps_its_path():
    sgd = {"name": "sgd", "learning_rate": 0.01}
    trial = Descent(DoubleWell, sgd, 50, lambda seed: [float(seed)]).run(1)
    assert trial.points.shape == (51, 1)
    assert trial.points[0, 0] == 1.0
    assert trial.losses[0] == DoubleWell().value(1.0)
    assert trial.points.dtype == np.float32
