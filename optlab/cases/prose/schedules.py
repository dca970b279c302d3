"""Exponential, step, cosine and cyclical schedules against a constant rate."""

from __future__ import annotations

from typing import Any

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, FINAL_VAL_LOSS
from optlab.cases.findings import Findings, listed, number
from optlab.cases.panels import Curves, Dots
from optlab.cases.variant import Variant
from optlab.experiments import Experiment

#: 1600 training rows in batches of 32, 40 epochs.
_STEPS = 2000
_CLOUDS = {"n_samples": 2000, "centers": 10, "n_features": 10, "cluster_std": 8.0}
_PLAIN = Experiment(
    data={"source": "blobs", "scale": "standard", "options": _CLOUDS},
    model={
        "layers": [
            {"units": 32, "activation": "relu"},
            {"units": 10, "activation": "softmax"},
        ]
    },
    loss={"name": "sparse_categorical_crossentropy"},
    optimizer={"name": "sgd", "learning_rate": 0.5},
    training={"epochs": 40},
)


def schedules(rate: float) -> dict[str, Any]:
    """Return name -> the rate or schedule that starts (or peaks) at `rate`."""
    return {
        "constant": rate,
        "exponential": {
            "name": "exponential_decay",
            "initial_learning_rate": rate,
            "decay_steps": _STEPS // 4,
            "decay_rate": 0.3,
        },
        "step": {
            "name": "piecewise_constant_decay",
            "boundaries": [_STEPS // 2, 3 * _STEPS // 4],
            "values": [rate, rate / 10, rate / 100],
        },
        "cosine": {
            "name": "cosine_decay",
            "initial_learning_rate": rate,
            "decay_steps": _STEPS,
        },
        "cyclical": {
            "name": "cyclical_learning_rate",
            "initial_learning_rate": rate / 50,
            "maximal_learning_rate": rate,
            "step_size": _STEPS // 8,
        },
    }


def _variants() -> dict[str, Variant]:
    return {
        f"{name} from {rate:g}": Variant(
            _PLAIN.replace({"optimizer.learning_rate": value})
        )
        for rate in (0.5, 0.02)
        for name, value in schedules(rate).items()
    }


def judge(found: Findings) -> Verdict:
    """Hold where all four lower the training loss at a high and at a low rate."""
    names = [name for name in schedules(1.0) if name != "constant"]
    way = {
        rate: {
            name: found.compare(
                FINAL_LOSS, f"{name} from {rate}", f"constant from {rate}"
            )
            for name in names
        }
        for rate in ("0.5", "0.02")
    }
    for name in names:
        found.compare(FINAL_VAL_LOSS, f"{name} from 0.5", "constant from 0.5")

    def better(rate: str) -> list[str]:
        return [name for name, relation in way[rate].items() if relation == "better"]

    high = number(found.median(FINAL_LOSS, "constant from 0.5"))
    low = number(found.median(FINAL_LOSS, "constant from 0.02"))
    ends = ", ".join(
        f"{name} {number(found.median(FINAL_LOSS, f'{name} from 0.5'))}"
        for name in names
    )
    figures = f"From 0.5 a constant rate ends at {high}; {ends}."
    if len(better("0.5")) == len(better("0.02")) == len(names):
        return Verdict("holds", figures)
    if better("0.5"):
        other = listed(better("0.02")) if better("0.02") else "none"
        return Verdict(
            "depends",
            f"On the rate: {figures} From 0.02, where a constant rate ends at {low}, "
            f"{other} of them ends lower.",
        )
    return Verdict("fails", figures)


CASE = Case(
    id="prose-schedules",
    articles=("000", "001", "002"),
    title="Schedules against a constant rate",
    claim="Exponential, step, cosine and cyclical schedules reach a lower loss than a "
    "constant rate.",
    variants=_variants(),
    figures=(FINAL_LOSS, FINAL_VAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="Batches are samples, so their gradients are noisy; a constant rate ends in a "
    "cloud about the minimum whose width grows with the rate. A schedule that comes "
    "down starts fast and lets the cloud shrink, which is all the gain there is: with "
    "a rate that is small anyway there is no cloud to shrink, and lowering it further "
    "only slows the descent. A cyclical schedule is as good as the point of the cycle "
    "at which one stops.",
    panels=(
        Curves(
            "loss",
            variants=[f"{name} from 0.5" for name in schedules(1.0)],
            title="Training loss, rates from 0.5",
            ceiling=1.15,
        ),
        Dots(FINAL_LOSS, title="Training loss at the end"),
    ),
)
