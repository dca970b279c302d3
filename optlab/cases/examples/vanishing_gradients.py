"""004-2: whether a 784-128-128-128-10 relu network has vanishing gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from optlab.cases.case import Case, Verdict
from optlab.cases.figures import FINAL_ACCURACY, FINAL_LOSS, Figure
from optlab.cases.findings import Findings, number
from optlab.cases.measures import gradient_norms
from optlab.cases.panels import Curves, Drawing
from optlab.cases.settings import MADE, digits
from optlab.cases.variant import Variant
from optlab.data import Data, load
from optlab.plots.theme import colours, place_legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RATIO = Figure(
    "gradient_ratio",
    "first layer's gradient over the last one's, at the start",
    lambda trial: float(trial.extra["gradient_ratio"]),
    "max",
    0.2,
)
EARLY = Figure(
    "loss_after_5", "training loss after 5 epochs", lambda t: float(t.curve("loss")[4])
)


def enlarged(seed: int) -> Data:
    """Return the digits enlarged from 8 by 8 to 28 by 28 pixels between 0 and 1."""
    data = load("digits", scale="none", seed=seed)
    return data.replace(
        x=_enlarge(data.x),
        x_val=_enlarge(np.asarray(data.x_val)),
        feature_names=tuple(f"pixel {k}" for k in range(784)),
    )


def _enlarge(x: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Interpolate linearly, rows and columns alike."""
    places = np.linspace(0.0, 7.0, 28)
    left = np.minimum(places.astype(int), 6)
    weights = np.zeros((28, 8))
    weights[np.arange(28), left] = 1.0 - (places - left)
    weights[np.arange(28), left + 1] = places - left
    images = x.reshape(-1, 8, 8) / 16.0
    large = np.einsum("ai,nij,bj->nab", weights, images, weights)
    return np.ascontiguousarray(large.reshape(-1, 784), np.float32)


_PLAIN = digits((128, 128, 128), data={"source": MADE}, training={"epochs": 15})
_NORMAL = {f"model.layers.{k}.batch_normalization": True for k in range(3)}
_BRANCH = {f"model.layers.{k}.residual": True for k in (1, 2)}
_SIGMOID = {f"model.layers.{k}.activation": "sigmoid" for k in range(3)}


def _variant(changes: dict[str, Any]) -> Variant:
    return Variant(_PLAIN.replace(changes), enlarged, before=gradient_norms)


def judge(found: Findings) -> Verdict:
    """Hold where the relu network's gradients vanish and both cures help."""
    ratio = found.median(RATIO, "relu")
    found.compare(RATIO, "relu", "sigmoid")
    cures = [
        found.compare(FINAL_LOSS, variant, "relu")
        for variant in ("batch norm", "residual")
    ]
    found.compare(EARLY, "batch norm", "relu")
    found.compare(EARLY, "residual", "relu")
    found.compare(FINAL_ACCURACY, "batch norm", "relu")
    found.compare(FINAL_ACCURACY, "residual", "relu")
    accuracy = 100 * found.median(FINAL_ACCURACY, "relu")
    figures = (
        f"The first layer's gradient is {number(ratio)} of the last one's with relu "
        f"({number(found.median(RATIO, 'sigmoid'))} with sigmoid). The plain network "
        f"reaches a loss of {number(found.median(FINAL_LOSS, 'relu'))} and "
        f"{accuracy:.0f}"
        f"% of the validation rows; batch normalization "
        f"{number(found.median(FINAL_LOSS, 'batch norm'))}, residual connections "
        f"{number(found.median(FINAL_LOSS, 'residual'))}."
    )
    if ratio < 0.01 and cures == ["better", "better"]:
        return Verdict("holds", figures)
    if ratio < 0.01:
        return Verdict("depends", figures)
    return Verdict("fails", figures)


def _gradients(ax: Axes, found: Findings) -> None:
    """Draw the size of the gradient by layer, before the first step."""
    variants = list(found.trials)
    for variant, colour in zip(variants, colours(len(variants)), strict=True):
        sizes = np.array([t.extra["gradient_rms"] for t in found.trials[variant]])
        layers = np.arange(1, sizes.shape[1] + 1)
        ax.fill_between(
            layers, sizes.min(0), sizes.max(0), color=colour, alpha=0.16, linewidth=0
        )
        ax.plot(layers, np.median(sizes, 0), "o-", color=colour, label=variant)
    ax.set_yscale("log")
    ax.set_xticks(range(1, 5), ["first", "2", "3", "last"])
    ax.set_xlabel("layer")
    ax.set_ylabel("rms gradient of the weights")
    place_legend(ax, "Gradients before the first step")


CASE = Case(
    id="004-2",
    articles=("004",),
    title="Three relu layers and the gradient",
    claim="A 784-128-128-128-10 relu network suffers from vanishing gradients and "
    "trains slowly, which batch normalization or residual connections cure.",
    variants={
        "relu": _variant({}),
        "batch norm": _variant(_NORMAL),
        "residual": _variant(_BRANCH),
        "sigmoid": _variant(_SIGMOID),
    },
    figures=(RATIO, EARLY, FINAL_LOSS, FINAL_ACCURACY),
    judge=judge,
    why="A gradient vanishes when every layer multiplies it by a factor well below 1. "
    "The derivative of a relu is 1 where it is open, and Glorot's first weights keep "
    "the product near 1, so over three hidden layers nothing vanishes: first and last "
    "layer have gradients of the same order. A sigmoid, whose derivative is at most "
    "1/4, does lose two orders of magnitude on the way. The plain relu network learns "
    "the digits in a few epochs; batch normalization and residual connections are "
    "cures for networks far deeper than this one.",
    panels=(Drawing(_gradients), Curves("loss", title="Training loss", scale="log")),
    twin_steps=40,
)
