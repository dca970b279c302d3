"""Data or trainings too large for the time budget: a sample, and shorter runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from optlab.diagnosis import repairs
from optlab.diagnosis.edits import data_file
from optlab.diagnosis.engine import Engine, OptlabEngine
from optlab.experiments import Experiment
from optlab.typing import Array

#: The share of the budget that one training may take: some 15 to 30 are needed.
SHARE = 1 / 15
#: An estimate of a training's time that is over by less than this factor cuts nothing.
ROUGH = 1.5
#: Fewer rows than this are never left.
LEAST_ROWS = 400


def affordable(
    experiment: Any, budget: float, notes: list[str], engine: Engine | None = None
) -> Any:
    """Take a stratified sample of the rows where runs would not fit the budget.

    Where that is not enough, the trainings are shortened as well.

    Parameters
    ----------
    experiment : Experiment
        As it came.
    budget : float
        Seconds for the whole diagnosis.
    notes : list of str
        Gets a sentence for each thing done.
    engine : Engine, optional
        What trains; optlab itself where left out.

    Returns
    -------
    Experiment
        `experiment` itself where it fits.
    """
    engine = engine or OptlabEngine(budget)
    limit = SHARE * budget
    work = engine.seconds(experiment)
    rows = len(engine.data(experiment).x)
    if work <= ROUGH * limit:
        return experiment
    keep = max(LEAST_ROWS, int(rows * limit / work))
    # A number of steps takes as long on fewer rows.
    if keep < rows and experiment.training.steps is None:
        arrays = repairs.raw_arrays_of(experiment)
        for x, y, most in (("x", "y", keep), ("x_val", "y_val", max(keep, 1000))):
            if x in arrays and len(arrays[x]) > most:
                chosen = stratified(arrays[y], most)
                arrays |= {x: arrays[x][chosen], y: arrays[y][chosen]}
        notes.append(
            f"{keep} of {rows} training rows were used, a stratified sample: all of "
            "them would not fit the time budget."
        )
        tree = data_file(repairs.store(arrays))(experiment.to_dict())
        experiment = experiment.with_tree(tree)
        work = engine.seconds(experiment)
    if work <= ROUGH * limit:
        return experiment
    training = experiment.training
    unit = "epochs" if training.steps is None else "steps"
    whole = training.steps or training.epochs or 20
    part = max(1, int(whole * limit / work))
    if part < whole:
        notes.append(
            f"Trainings were cut to {part} of {whole} {unit}, to fit the time budget."
        )
        experiment = experiment.replace({f"training.{unit}": part})
    return experiment


def restored(
    cured: Experiment, sample: Experiment, whole: Experiment, notes: list[str]
) -> Experiment:
    """Return a cure that was found on a sample as one of the whole experiment.

    Parameters
    ----------
    cured, sample, whole : Experiment
        The cure, what it was found on, and what the sample was taken from.
    notes : list of str
        Gets a sentence where that cannot be done in full.
    """
    if not (cured.data and sample.data and whole.data):
        return cured
    found, kept = cured.to_dict(), whole.to_dict()
    sampled = sample.data.source != whole.data.source
    if sampled and cured.data.source != sample.data.source:
        notes.append("The fix repairs rows, those of the sample alone.")
    elif sampled:
        for key in ("scale", "target_scale"):
            if key in found["data"]:
                kept["data"][key] = found["data"][key]
        found["data"] = kept["data"]
    for key in ("epochs", "steps"):
        if getattr(cured.training, key) == getattr(sample.training, key):
            found.get("training", {}).pop(key, None)
            if key in kept.get("training", {}):
                found.setdefault("training", {})[key] = kept["training"][key]
    if "steps" in found.get("training", {}) and "epochs" in found["training"]:
        # The cure changed the one, so the other is the original's.
        changed = cured.training.epochs != sample.training.epochs
        found["training"].pop("steps" if changed else "epochs")
    return whole.with_tree(found)


def stratified(y: Array, keep: int) -> Array:
    """Return rows spread evenly over the sorted targets, in their old order."""
    flat = y.argmax(axis=1) if y.ndim == 2 and y.shape[1] > 1 else y.reshape(-1)
    rng = np.random.default_rng(0)
    order = np.lexsort((rng.random(len(flat)), flat))
    places = np.linspace(0, len(flat) - 1, keep).round().astype(int)
    chosen: Array = np.sort(order[np.unique(places)])
    return chosen
