"""A well-built version of the experiment: what these data and this task allow."""

from __future__ import annotations

from optlab.diagnosis import edits, targets
from optlab.diagnosis.causes import Suspicion
from optlab.diagnosis.facts import Facts
from optlab.diagnosis.thresholds import PLAIN

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


def references(
    facts: Facts,
    suspicions: dict[str, Suspicion],
    most: int = MOST,
    lean: bool = False,
) -> list[edits.Edit]:
    """Return edits that rebuild the whole set-up by the book, in several variants.

    Rows repaired where they are surely wrong, inputs and targets standardized, relu
    layers of ordinary width with He initialization, output and loss by the task, Adam,
    batches of 32, enough updates. The data and the task stay; nothing else does. Where
    the model has layers of other kinds, one variant keeps them, and pictures and words
    get a reference of their own.

    Parameters
    ----------
    facts : Facts
        Of the original.
    suspicions : dict of str to Suspicion
        By cause.
    most : int
        Updates that can be afforded.
    lean : bool
        Whether the first layer is penalized so that few columns count: what rows with
        many columns of noise need.
    """
    repairs = [
        suspicions[name].cures[0]
        for name in _DATA_REPAIRS
        if name in suspicions and suspicions[name].weight >= PLAIN
    ]
    batch = min(32, max(4, facts.rows // 4))
    steps = -(-facts.rows // batch)
    updates = min(max(LEAST * 2, min(facts.updates, MOST), 40 * steps), MOST, most)
    rest = [
        edits.setting("data", scale="standard"),
        targets.repaired_output(facts),
        targets.repaired_loss(facts),
        edits.without(
            "dropout",
            "batch_normalization",
            "residual",
            "trainable",
        ),
        edits.without_penalties(),
    ]
    last = [
        edits.setting(
            "training",
            batch_size=batch,
            shuffle=True,
            callbacks=None,
            steps_per_epoch=None,
            class_weight="balanced" if facts.minority < 0.2 else None,
        ),
        edits.length(steps, updates),
    ]
    if facts.task == "regression":
        last.append(edits.setting("data", target_scale="standard"))
    return [
        edits.all_of(*repairs, *rest, *layers, *last, edits.optimizer("adam", rate))
        for layers, rate in (_lean(facts) if lean else _layers(facts))
    ]


def _lean(facts: Facts) -> list[tuple[list[edits.Edit], float]]:
    """Return edits for a network whose first layer chooses its columns."""
    if facts.tokens or facts.task == "several":
        return []
    front: list[edits.Tree] = [{"class": "Flatten"}] if len(facts.row_shape) > 1 else []

    whole = [
        edits.whole_model(front, [32], targets.fitting_units(facts)),
        edits.output_activation(targets.fitting_activation(facts)),
    ]
    return [
        ([*whole, edits.penalized_inputs(strength)], 3e-3) for strength in edits.LEAN
    ]


def _layers(facts: Facts) -> list[tuple[list[edits.Edit], float]]:
    """Return edits of the layers, each with a rate."""
    widths = [int(entry["units"]) for entry in facts.hidden]
    width = min(max([32, *widths]), 128)
    mixed = any(entry.get("class") for entry in facts.layers) or facts.kind != "chain"
    if not mixed and not facts.sequential_input:
        plain = [edits.hidden_layers([width, width]), edits.initializers(None, "zeros")]
        return [(plain, 3e-3), (plain, 1e-3)]
    found: list[tuple[list[edits.Edit], float]] = []
    if facts.kind != "opaque":
        own = [edits.initializers("he_normal" if facts.relu else "glorot_uniform")]
        found.append((own, 1e-3))
    outputs = targets.fitting_units(facts)
    activation = targets.fitting_activation(facts)
    shape = facts.row_shape
    fronts: list[list[edits.Tree]] = []
    if facts.tokens:
        words = int(facts.x.max(initial=0)) + 1
        embedding = {"class": "Embedding", "input_dim": words, "output_dim": 32}
        fronts.append([embedding, {"class": "GlobalAveragePooling1D"}])
    elif len(shape) == 3 and min(shape[:2]) >= 8:
        # Small pictures would have nothing left after both.
        more = _RELU | ({"padding": "same"} if min(shape[:2]) < 12 else {})
        fronts.append(
            [
                {"class": "Conv2D", "filters": 16, "kernel_size": 3, **more},
                {"class": "MaxPooling2D"},
                {"class": "Conv2D", "filters": 32, "kernel_size": 3, **more},
                {"class": "MaxPooling2D"},
                {"class": "Flatten"},
            ]
        )
    if not facts.tokens:
        fronts.append([{"class": "Flatten"}] if len(shape) > 1 else [])
    for front in fronts:
        whole = [
            edits.whole_model(front, [64] if front else [width, width], outputs),
            edits.output_activation(activation),
        ]
        found.append((whole, 1e-3))
    return found


_RELU = {"activation": "relu"}
