"""How long the same diagnosis would take if every run were one of tf.keras.

For each case: our seconds for the whole diagnosis; the number of trainings it made; and
one training of the original in tf.keras, model built and compiled anew, as a search
that reruns tf.keras has to. Number times seconds is what that search would need; that
many of its variants train longer than the original is in tf.keras's favour.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from optlab.diagnosis import diagnose
from optlab.experiments import Experiment


@dataclass(frozen=True)
class Compared:
    """One case, timed both ways.

    Attributes
    ----------
    name : str
        Of the case.
    runs : int
        Trainings that the diagnosis made.
    ours : float
        Seconds of the whole diagnosis.
    keras : float
        Seconds of one training in tf.keras.
    """

    name: str
    runs: int
    ours: float
    keras: float

    @property
    def ratio(self) -> float:
        """How many times as long the search would take."""
        return self.runs * self.keras / self.ours


def compare(file: Path, budget: float = 60.0, jobs: int = 2) -> Compared:
    """Time a diagnosis, and one training of its original in tf.keras.

    The diagnosis is made twice and the second is timed, so that no compilation counts;
    tf.keras makes one short run before, so that its import does not count either.
    """
    diagnose(file, budget=budget, jobs=jobs)
    answer = diagnose(file, budget=budget, jobs=jobs)
    experiment = Experiment.from_toml(file)
    _keras_seconds(experiment, epochs=1)
    keras = _keras_seconds(experiment)
    return Compared(file.parent.name, answer.runs, answer.seconds, keras)


def _keras_seconds(experiment: Experiment, epochs: int | None = None) -> float:
    """Return how long tf.keras takes to build, compile and train the original."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from optlab.validation.twins import to_keras

    built = experiment.build(strict=False)
    began = time.perf_counter()
    twin = to_keras(built)
    arguments = dict(twin.fit_arguments)
    if epochs is not None:
        arguments["epochs"] = epochs
    elif experiment.training.steps is not None:
        batches = -(-len(twin.x) // arguments["batch_size"])
        arguments["epochs"] = -(-experiment.training.steps // batches)
    twin.model.fit(twin.x, twin.y, verbose=0, **arguments)
    return time.perf_counter() - began
