"""000-2: what `keras.utils.normalize(axis=1)` really does to the features."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.measures import row_normalized
from optlab.cases.panels import Curves, Dots
from optlab.cases.settings import MADE, wine
from optlab.cases.variant import Variant
from optlab.data import Data, load
from optlab.experiments import Built

_BASE = wine().replace({"training.epochs": 100})

COLUMN_RANGE = Figure(
    "column_range",
    "median width of a column after scaling",
    extra("column_range"),
    "max",
)
ROW_LENGTH = Figure(
    "row_length", "median Euclidean length of a row", extra("row_length"), "max"
)


def _by_row(seed: int) -> Data:
    data = load("wine", scale="none", seed=seed)
    kept: Any = data.x_val
    return data.replace(
        x=np.ascontiguousarray(row_normalized(data.x)),
        x_val=np.ascontiguousarray(row_normalized(kept)),
    )


def _shape(built: Built) -> dict[str, float]:
    rows: Any = built.data
    return {
        "column_range": float(np.median(np.ptp(rows.x, axis=0))),
        "row_length": float(np.median(np.linalg.norm(rows.x, axis=1))),
    }


def _variant(scale: str, data: Callable[[int], Data] | None = None) -> Variant:
    changes = {"data.scale": scale}
    if data is not None:
        changes["data.source"] = MADE
    return Variant(_BASE.replace(changes), data, before=_shape)


def judge(found: Findings) -> Verdict:
    """Hold where every column then spans 1 and learning is as fast as by column."""
    width = found.median(COLUMN_RANGE, "normalize(axis=1)")
    length = found.median(ROW_LENGTH, "normalize(axis=1)")
    found.compare(FINAL_LOSS, "normalize(axis=1)", "raw")
    behind = found.compare(FINAL_LOSS, "normalize(axis=1)", "min-max")
    found.compare(FINAL_LOSS, "normalize(axis=1)", "z-score")
    accuracy = found.median(FINAL_ACCURACY, "normalize(axis=1)")
    scaled = found.median(FINAL_ACCURACY, "z-score")
    if abs(width - 1.0) < 1e-3 and behind != "worse":
        return Verdict("holds", "Each column spans 1, and the loss falls as fast.")
    return Verdict(
        "fails",
        f"It divides each row by its own length (afterwards {number(length)}); the "
        f"columns do not span 1 but {number(width)} in the median. On the wines it "
        f"reaches {100 * accuracy:.0f}% in 100 epochs, z-scores {100 * scaled:.0f}%.",
    )


CASE = Case(
    id="000-2",
    articles=("000",),
    title="What normalize(axis=1) does",
    claim="keras.utils.normalize with axis=1 is a min-max scaling of the features, "
    "which keeps a large feature from dominating.",
    variants={
        "raw": _variant("none"),
        "normalize(axis=1)": _variant("none", _by_row),
        "min-max": _variant("minmax"),
        "z-score": _variant("standard"),
    },
    figures=(FINAL_LOSS, FINAL_ACCURACY, COLUMN_RANGE, ROW_LENGTH),
    judge=judge,
    why="The function works across a row, not down a column: each sample becomes a "
    "vector of length 1. A feature measured in thousands still fills that vector, and "
    "the small ones shrink to nearly nothing, so the imbalance between features that "
    "scaling is meant to remove stays as it was, and all gradients become tiny. "
    "Scaling by column (min-max or z-score, fitted on the training rows) is what "
    "helps.",
    panels=(
        Curves("loss", title="Training loss on the wines"),
        Dots(FINAL_ACCURACY, title="Validation accuracy"),
    ),
)
