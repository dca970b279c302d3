"""A well-built version of the experiment: what these data and this task allow."""

from __future__ import annotations

from optlab.diagnosis import edits, targets
from optlab.diagnosis.causes import Suspicion
from optlab.diagnosis.facts import Facts

#: Causes whose cure changes the rows; the reference is trained on repaired rows.
_DATA_REPAIRS = (
    "data.nonfinite",
    "data.label_encoding",
    "data.misaligned_labels",
    "data.train_val_mismatch",
    "data.outliers",
)
#: Updates of a reference run, at the least and at the most.
LEAST, MOST = 600, 6000


def references(facts: Facts, suspicions: dict[str, Suspicion]) -> list[edits.Edit]:
    """Return edits that rebuild the whole set-up by the book, in two variants.

    Rows repaired where they are surely wrong, inputs and targets standardized, relu
    layers of ordinary width with He initialization, output and loss by the task, Adam,
    batches of 32, enough updates. The data and the task stay; nothing else does.
    """
    repairs = [
        suspicions[name].cures[0]
        for name in _DATA_REPAIRS
        if name in suspicions and suspicions[name].weight >= 0.9
    ]
    widths = [int(entry["units"]) for entry in facts.hidden]
    width = min(max([32, *widths]), 128)
    batch = min(32, max(4, facts.rows // 4))
    steps = -(-facts.rows // batch)
    updates = min(max(LEAST * 2, min(facts.updates, MOST), 40 * steps), MOST)
    settings = [
        edits.setting("data", scale="standard"),
        targets.repaired_output(facts),
        targets.repaired_loss(facts),
        edits.without(
            "dropout",
            "batch_normalization",
            "residual",
            "kernel_regularizer",
            "bias_regularizer",
            "trainable",
        ),
        edits.hidden_layers([width, width]),
        edits.initializers(None, "zeros"),
        edits.setting(
            "training",
            batch_size=batch,
            shuffle=True,
            callbacks=None,
            class_weight="balanced" if facts.minority < 0.2 else None,
        ),
        edits.length(steps, updates),
    ]
    if facts.task == "regression":
        settings.append(edits.setting("data", target_scale="standard"))
    return [
        edits.all_of(*repairs, *settings, edits.optimizer("adam", rate))
        for rate in (3e-3, 1e-3)
    ]
