"""Causes that lie in the data."""

from __future__ import annotations

import numpy as np

from optlab.diagnosis import edits, repairs, targets
from optlab.diagnosis.causes.base import Suspicion, cause, graded
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.scoring import classes
from optlab.diagnosis.thresholds import BY_HEART
from optlab.diagnosis.watch import Watch

#: Columns from which inputs may be pixels.
PIXELS = 64
#: The share of columns from which they have one range.
SAME_END = 0.2
#: Rows are few below the first figure, or below so many for a column.
FEW, MANY_COLUMNS = 200, 5


@cause(
    "data.nonfinite",
    definition="Inputs or targets hold NaN or infinity.",
    symptom="The loss is NaN from the first batch that holds such a row.",
    cure="Drop the rows, or fill the values in.",
)
def nonfinite(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for NaN and infinity."""
    inputs, targets = facts.non_finite
    if not inputs + targets:
        return None
    evidence = {"rows_with_bad_inputs": inputs, "rows_with_bad_targets": targets}
    return Suspicion(1.0, evidence, [repairs.edit(facts, repairs.finite_rows)])


@cause(
    "data.unscaled_inputs",
    definition="Columns are large, far from 0, or of very different size.",
    symptom="The loss is huge at first, then flat: one direction of the weights is so "
    "steep that the rate it allows is too low for all others.",
    cure="Standardize each column by the training rows' mean and deviation.",
)
def unscaled_inputs(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at the size of columns, and at their means in deviations."""
    if is_picture(facts) or facts.tokens:
        return None
    size, offset = facts.input_size, facts.input_offset
    weight = max(
        graded(size, (3, 0.3), (8, 0.55), (20, 0.72), (100, 0.85), (1000, 0.93)),
        graded(offset, (8, 0.6), (30, 0.85)) if size > 3 else 0.0,
    )
    if not weight:
        small = float(facts.x.std(axis=0).max()) if facts.x.size else 1.0
        if not 0 < small < 0.05:
            return None
        weight, size = 0.6, small
    cures = [edits.setting("data", scale="standard")]
    return Suspicion(weight, {"largest_column": size, "mean_in_std": offset}, cures)


def is_picture(facts: Facts) -> bool:
    """Whether the inputs look like pixels from 0 to 255: many, whole, none below 0."""
    x, many = facts.x, facts.data.features >= PIXELS
    if not many or not x.size or x.min() < 0 or not 64 < x.max() <= 255:
        return False
    return bool((x[:50] == np.floor(x[:50])).all())


def has_one_range(facts: Facts) -> bool:
    """Whether many columns go from 0 to the same end, as pixels of any scale do.

    The edge of a picture is 0 in nearly all rows: a value there is far out in its own
    column, and none for a pixel.
    """
    x, many = facts.x, facts.data.features >= PIXELS
    if not many or not x.size or x.min() < 0:
        return False
    tops = x.max(axis=0)
    return bool(np.mean(tops >= 0.9 * tops.max()) >= SAME_END)


@cause(
    "data.image_unscaled",
    definition="Pixels are fed as they are stored, from 0 to 255.",
    symptom="A huge first loss, then a model that answers the same for every picture, "
    "as relu units have died.",
    cure="x / 255.",
)
def image_unscaled(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for pixels that are not scaled."""
    if not is_picture(facts) or facts.rescaled:
        return None
    evidence = {"highest": float(facts.x.max()), "pixels": facts.data.features}
    cures = [
        edits.setting("data", scale="minmax"),
        edits.setting("data", scale="standard"),
    ]
    return Suspicion(0.85, evidence, cures)


@cause(
    "data.constant",
    definition="The inputs, or the targets, are the same in every row.",
    symptom="The loss falls to that of a constant at once, and stays there.",
    cure="Find out where the program lost them: a slice, a cast to whole numbers, a "
    "parse that failed.",
)
def constant(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for inputs or targets without any spread."""
    what = [
        name
        for name, values in (("inputs", facts.x), ("targets", facts.y))
        if len(values) > 1 and not np.ptp(values, axis=0).any()
    ]
    return Suspicion(1.0, {"constant": " and ".join(what)}, []) if what else None


@cause(
    "data.same_batch",
    definition="A generator gives the same few rows in every batch, and holds more.",
    symptom="The training loss falls to nothing, and all other rows are guessed.",
    cure="Let the place of the next batch move on: it is set back inside the loop.",
)
def same_batch(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at what the generator has in its variables."""
    held = facts.tree["data"].get("held")
    if not held:
        return None
    return Suspicion(1.0, {"rows": facts.given_batch_size, "held": held}, [])


@cause(
    "data.too_few_rows",
    definition="There are too few rows for what the model is to find out.",
    symptom="The training rows are learned by heart, and others are guessed.",
    cure="More rows, fewer columns, a smaller model, or a penalty such as "
    "kernel_regularizer=keras.regularizers.L1(0.01) in the first layer.",
)
def too_few_rows(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare rows with columns, and the scores on them with those on others."""
    outcome = watch.outcome
    own, other = outcome.training_score, outcome.score
    columns = MANY_COLUMNS * facts.data.features
    if facts.few or facts.tokens or facts.rows > max(FEW, columns):
        return None
    by_heart = False
    if own is not None and other is not None:
        by_heart = own >= BY_HEART and other <= own / 2
    if not by_heart and (facts.rows > columns or facts.task == "regression"):
        return None
    evidence = {
        "rows": facts.rows,
        "columns": facts.data.features,
        "score_on_them": own,
        "score_on_others": other,
    }
    cures = [edits.penalized_inputs(strength) for strength in reversed(edits.LEAN)]
    return Suspicion(0.5 if by_heart else 0.3, evidence, cures)


@cause(
    "data.unscaled_targets",
    definition="The targets of a regression are large or far from 0.",
    symptom="The loss and its gradients have the square of the targets' size: NaN with "
    "SGD, or a prediction that never gets there with Adam.",
    cure="Standardize the targets, and undo it when predicting.",
)
def unscaled_targets(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at the size of the targets."""
    weight = graded(
        facts.target_size, (5, 0.3), (15, 0.45), (60, 0.62), (300, 0.8), (3000, 0.92)
    )
    if facts.task != "regression" or not weight:
        return None
    cures = [edits.setting("data", target_scale="standard")]
    return Suspicion(weight, {"target_size": facts.target_size}, cures)


@cause(
    "data.label_encoding",
    definition="The labels are not coded as the loss reads them.",
    symptom="An error or NaN for class numbers outside 0..K-1; a loss below 0 for "
    "-1/+1 labels; a perfect training loss and chance on other rows for labels lost in "
    "parsing.",
    cure="Number the classes 0..K-1, or 0 and 1.",
)
def label_encoding(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for labels outside the classes, and for classes that are missing."""
    if facts.loss not in ("binary_crossentropy", "sparse_categorical_crossentropy"):
        single = facts.loss == "categorical_crossentropy" or facts.labels.size
        if not single:
            return None
    y, data = facts.y, facts.data
    if not y.size:
        return None
    if facts.loss == "sparse_categorical_crossentropy":
        low, high, units = y.min(), y.max(), int(facts.output["units"])
        few = len(np.unique(y)) > units  # model.output_units says that
        if low < 0 or (high >= units and not few):
            evidence = {"lowest": float(low), "highest": float(high), "units": units}
            return Suspicion(
                1.0, evidence, [repairs.edit(facts, repairs.numbered_labels)]
            )
    if facts.loss == "binary_crossentropy" and (y.min() < 0 or y.max() > 1):
        evidence = {"lowest": float(y.min()), "highest": float(y.max())}
        if len(np.unique(y)) == 2:
            cures = [repairs.edit(facts, repairs.unit_labels)]
            return Suspicion(1.0, evidence, cures)
        if y.min() < 0 and facts.task in ("binary", "multiclass"):
            # More than two classes: recoded as two they would be another task.
            outputs = edits.all_of(
                targets.repaired_output(facts), targets.repaired_loss(facts)
            )
            return Suspicion(1.0, evidence, [outputs])
    if facts.labels.size and data.y_val is not None and len(data.y_val):
        seen = set(np.unique(facts.labels).tolist())
        missing = set(np.unique(classes(data.y_val)).tolist()) - seen
        if missing and len(seen) == 1:
            evidence = {"classes_in_training": len(seen), "missing": len(missing)}
            cures = [repairs.edit(facts, repairs.relabelled_by_validation)]
            return Suspicion(0.97, evidence, cures)
    return None


@cause(
    "data.misaligned_labels",
    definition="Rows and labels belong to each other no longer.",
    symptom="The training loss falls by memory alone, and every other row is guessed.",
    cure="Shuffle inputs and labels with one permutation, together.",
)
def misaligned_labels(facts: Facts, watch: Watch) -> Suspicion | None:
    """Ask whether neighbours tell labels in the validation rows, but not here."""
    if facts.rows < 40 or facts.data.x_val is None or len(facts.data.x_val) < 40:
        return None
    if facts.minority < 0.1 and facts.task == "binary":
        return None
    here = repairs.neighbour_score(facts.task, facts.data.x, facts.data.y)
    there = repairs.neighbour_score(facts.task, facts.data.x_val, facts.data.y_val)
    if here is None or there is None or not (there > 0.4 and here < 0.25 * there):
        return None
    evidence = {"neighbours_tell_here": here, "neighbours_tell_in_validation": there}
    cures = [repairs.edit(facts, repairs.relabelled_by_validation)]
    return Suspicion(0.9, evidence, cures)


@cause(
    "data.class_imbalance",
    definition="One class is much rarer than the others.",
    symptom="The loss falls to the entropy of the shares, and the rare class is never "
    "predicted.",
    cure="Weigh each class by the inverse of its share.",
)
def class_imbalance(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look at the share of the rarest class."""
    if not facts.labels.size or facts.tree.get("training", {}).get("class_weight"):
        return None
    share = facts.minority
    even = 1 / max(2, len(np.unique(facts.labels)))
    weight = graded(even / max(share, 1e-9), (2.5, 0.4), (4, 0.62), (8, 0.8))
    if not weight or len(np.unique(facts.labels)) < 2:
        return None
    cures = [edits.setting("training", class_weight="balanced")]
    return Suspicion(weight, {"rarest_class": share}, cures)


@cause(
    "data.outliers",
    definition="A few values are far outside the range of all others.",
    symptom="The squared error is that of a few rows; the others do not count.",
    cure="Correct or drop the rows, or use a loss that grows linearly.",
)
def outliers(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for values many times further out than three quarters of the rows."""
    found = {}
    if facts.task == "regression" and facts.y.size:
        found["target"] = repairs.farthest(facts.y)
    if facts.x.size and not has_one_range(facts):
        found["input"] = repairs.farthest(facts.x)
    weight = max(
        graded(found.get("target", 0.0), (15, 0.6), (50, 0.95)),
        graded(found.get("input", 0.0), (60, 0.5), (300, 0.8), (3000, 0.94)),
    )
    if not weight:
        return None
    cures = [repairs.edit(facts, repairs.without_outliers)]
    if found.get("target", 0.0) >= 15:
        huber = edits.setting("loss", name="huber", from_logits=None)
        cures.append(huber)
        cures.append(edits.all_of(edits.setting("data", scale="standard"), huber))
    return Suspicion(weight, {f"{k}_deviations": v for k, v in found.items()}, cures)


@cause(
    "data.not_shuffled",
    definition="The rows are sorted, and are trained on in that order.",
    symptom="The loss swings within every epoch, and the last class seen wins.",
    cure="Shuffle the rows.",
)
def not_shuffled(facts: Facts, watch: Watch) -> Suspicion | None:
    """Look for an order in rows that are not shuffled."""
    if facts.tree.get("training", {}).get("shuffle", True) or not facts.y.size:
        return None
    order = facts.labels if facts.labels.size else facts.y[:, 0]
    steps = np.diff(order.astype(float))
    sorted_share = float(np.mean(steps >= 0)) if steps.size else 0.0
    runs = float(np.mean(steps == 0)) if facts.labels.size else sorted_share
    weight = 0.92 if max(sorted_share, 1 - sorted_share, runs) > 0.9 else 0.5
    evidence = {"ascending_steps": sorted_share, "equal_neighbours": runs}
    return Suspicion(weight, evidence, [edits.setting("training", shuffle=True)])


@cause(
    "data.train_val_mismatch",
    definition="Training and validation inputs were prepared differently.",
    symptom="The training loss is fine, and other rows are guessed.",
    cure="Prepare both with the numbers of the training rows.",
)
def train_val_mismatch(facts: Facts, watch: Watch) -> Suspicion | None:
    """Compare means and deviations of the columns."""
    x_val = facts.data.x_val
    if x_val is None or len(x_val) < 10 or len(facts.x) < 10:
        return None
    there = np.asarray(x_val, float).reshape(len(x_val), -1)
    there = there[np.isfinite(there).all(axis=1)]
    if not len(there):
        return None
    here_std, there_std = facts.x.std(axis=0), there.std(axis=0)
    usable = (here_std > 0) & (there_std > 0)
    if not usable.any():
        return None
    ratio = np.abs(np.log10(there_std[usable] / here_std[usable]))
    scale = np.minimum(here_std, there_std)[usable]
    apart = np.abs(there.mean(axis=0) - facts.x.mean(axis=0))[usable]
    # One heavy-tailed column proves nothing: ask for most columns, or a long way.
    typical_ratio = float(10 ** np.median(ratio))
    typical_shift = float(np.median(apart / np.maximum(scale, 1e-12)))
    weight = max(
        graded(typical_ratio, (2.5, 0.6), (5, 0.97)),
        graded(typical_shift, (2.5, 0.6), (5, 0.97)) if typical_ratio < 5 else 0.0,
    )
    if not weight:
        return None
    evidence = {"deviation_ratio": typical_ratio, "shift": typical_shift}
    return Suspicion(
        weight, evidence, [repairs.edit(facts, repairs.matched_validation)]
    )
