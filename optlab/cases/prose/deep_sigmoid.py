"""Deep networks of sigmoid units."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, Figure, extra
from optlab.cases.findings import Findings, number
from optlab.cases.measures import gradient_norms
from optlab.cases.panels import Curves, Drawing
from optlab.cases.settings import digits
from optlab.cases.variant import Variant
from optlab.plots.theme import colours, place_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATIO = Figure(
    "gradient_ratio",
    "first layer's gradient over the last one's, at the start",
    extra("gradient_ratio"),
    "max",
    0.2,
)


def _variant(depth: int, activation: str) -> Variant:
    changes = {f"model.layers.{k}.activation": activation for k in range(depth)}
    plain = digits((32,) * depth, training={"epochs": 40})
    return Variant(plain.replace(changes), before=gradient_norms)


_DEPTHS = (1, 3, 6)


def judge(found: Findings) -> Verdict:
    """Hold where depth stops sigmoid networks from learning, and not relu ones."""
    deep = found.compare(FINAL_LOSS, "6 sigmoid", "6 relu")
    middle = found.compare(FINAL_LOSS, "3 sigmoid", "3 relu")
    shallow = found.compare(FINAL_LOSS, "1 sigmoid", "1 relu")
    found.compare(RATIO, "6 sigmoid", "6 relu")
    figures = "; ".join(
        f"{variant}: gradient ratio {number(found.median(RATIO, variant))}, loss "
        f"{number(found.median(FINAL_LOSS, variant))}"
        for variant in found.trials
    )
    stuck = found.median(FINAL_LOSS, "6 sigmoid") > 1.0
    if deep == "worse" and stuck and found.median(RATIO, "6 sigmoid") < 0.01:
        return Verdict("holds", f"From six layers on it is fatal. {figures}.")
    if "worse" in (deep, middle, shallow):
        return Verdict("depends", f"On the depth. {figures}.")
    return Verdict("fails", f"{figures}.")


def _gradients(ax: Axes, found: Findings) -> None:
    """Draw the size of the gradient by layer, before the first step."""
    for variant, colour in zip(found.trials, colours(len(found.trials)), strict=True):
        sizes = np.array([t.extra["gradient_rms"] for t in found.trials[variant]])
        places = np.linspace(0.0, 1.0, sizes.shape[1])
        ax.plot(places, np.median(sizes, 0), "o-", color=colour, label=variant)
        ax.fill_between(
            places, sizes.min(0), sizes.max(0), color=colour, alpha=0.16, linewidth=0
        )
    ax.set_yscale("log")
    ax.set_xticks([0.0, 1.0], ["first layer", "last layer"])
    ax.set_ylabel("rms gradient of the weights")
    place_legend(ax, "Gradients before the first step")


CASE = Case(
    id="prose-deep-sigmoid",
    articles=("004",),
    title="Deep sigmoid networks",
    claim="In deep networks of sigmoid units the gradient vanishes and the loss stays "
    "where it is.",
    variants={
        f"{depth} {activation}": _variant(depth, activation)
        for activation in ("sigmoid", "relu")
        for depth in _DEPTHS
    },
    figures=(RATIO, FINAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="The derivative of the sigmoid is at most 1/4, so on its way back through each "
    "layer the gradient loses a good part of its size; and the outputs of a sigmoid "
    "lie around 1/2 whatever comes in, so that on the way forward the differences "
    "between rows fade, too. After six layers the last one sees almost the same for "
    "every row, and the first one hears almost nothing. Adam's steps do not depend on "
    "the gradient's size, which softens the first half of the problem and not the "
    "second.",
    panels=(Drawing(_gradients), Curves("loss", title="Training loss", scale="linear")),
)
