"""What the cases of the edge of stability share: rows, recording, measure, picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.cases.figures import Figure, extra
from optlab.cases.findings import Findings
from optlab.cases.panels import Drawing
from optlab.cases.settings import regression, table
from optlab.cases.variant import Variant
from optlab.data import Data, load
from optlab.experiments import Built
from optlab.plots.theme import MUTED, colours, place_legend
from optlab.run import Run
from optlab.tracing import Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: All rows are one batch.
ROWS = 256
STEPS = 1500

#: What the sharpness comes to over the second half of the training.
RATIO = Figure(
    "over_threshold", "sharpness over its threshold, late", extra("ratio"), margin=0.02
)
ALPHA = Figure("alpha", "alpha of the late steps", extra("alpha"), margin=0.02)


def rows(seed: int) -> Data:
    """Return pictures of digits, and 1 for the right digit of ten."""
    found = load("digits", scale="standard", seed=seed)
    return table(found.x[:ROWS], np.eye(10)[found.y[:ROWS]])


def full_batch(optimizer: Mapping[str, Any], sharpness: str) -> Variant:
    """Return a training of two tanh layers on all rows at once, with squared error.

    Parameters
    ----------
    optimizer : mapping
        The table of an experiment.
    sharpness : str
        The instrument that is compared with the threshold.
    """
    hidden = [{"units": 32, "activation": "tanh"}] * 2
    plain = regression(
        [*hidden, {"units": 10}],
        optimizer,
        epochs=STEPS,
        batch_size=ROWS,
        shuffle=False,
    )
    wanted = (sharpness, "preconditioned_sharpness", "alpha")
    record = Record(every=20, instruments=wanted, slots=False, activations=False)

    def measured(built: Built, run: Run) -> dict[str, Any]:
        trace: Any = run.trace
        found = trace.instruments
        late = len(trace) // 2
        ratio = found[sharpness] / found["threshold"]
        return {
            "steps": trace.steps,
            "sharpness": found[sharpness],
            "threshold": found["threshold"],
            "ratio": float(np.median(ratio[late:])),
            "alpha": float(np.nanmedian(found["alpha"][late:])),
        }

    return Variant(plain, rows, inspect=measured, record=record)


def curves(label: str, title: str) -> Drawing:
    """Return a panel of sharpness by step, each variant's threshold dashed."""

    def draw(ax: Axes, found: Findings) -> None:
        palette = colours(len(found.trials))
        for colour, (name, trials) in zip(palette, found.trials.items(), strict=True):
            done = [trial.extra for trial in trials if not trial.diverged]
            if not done:
                continue
            steps, threshold = done[0]["steps"], done[0]["threshold"]
            every = np.array([each["sharpness"] for each in done])
            ax.fill_between(
                steps, every.min(0), every.max(0), color=colour, alpha=0.16, linewidth=0
            )
            ax.plot(steps, np.median(every, 0), color=colour, label=name)
            ax.plot(steps, threshold, color=colour, linestyle=(0, (4, 2)), linewidth=1)
        ax.plot([], [], color=MUTED, linestyle=(0, (4, 2)), label="threshold")
        ax.set_yscale("log")
        ax.set_xlabel("step")
        ax.set_ylabel(label)
        place_legend(ax, title, 1)

    return Drawing(draw)
