"""The instruments of ``optlab run --instruments``: what to read, table, pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optlab.cli import output
from optlab.errors import InputError
from optlab.tracing import Record

if TYPE_CHECKING:
    from optlab.data import Data
    from optlab.experiments import Experiment
    from optlab.run import Run

#: About how many steps are read where nothing is said.
_READ = 100
#: Rows and points of the picture of the loss around the end.
_ROWS, _POINTS = 512, 31
#: What each column is, where its name does not say it.
_WORDS = {
    "sharpness": "sharpness, largest eigenvalue",
    "preconditioned_sharpness": "preconditioned sharpness",
    "threshold": "its threshold",
    "gradient_variance": "variance of a row's gradient",
    "gradient_signal": "square of the true gradient",
    "noise_scale": "noise scale, rows",
    "norm_test": "norm test, least theta",
    "alpha": "alpha: -1 start, 0 minimum",
    "distance": "distance travelled",
    "update_ratio": "update over weights",
}


def record(
    experiment: Experiment, names: str, every: int | None, data: Data | None
) -> Record:
    """Return what `fit` is to record.

    Raises
    ------
    InputError
        If the experiment is of a function, or a name is unknown.
    """
    if experiment.data is None:
        raise InputError("--instruments are read in training; a function has no rows.")
    if every is None:
        every = max(1, experiment.build(data).steps // _READ)
    return Record(every=every, instruments=names)


def summary(run: Run) -> dict[str, Any]:
    """Return first, median, last and extremes of each column of single figures."""
    found: dict[str, Any] = {}
    for name, column in ({} if run.trace is None else run.trace.instruments).items():
        finite = column[np.isfinite(column)] if column.ndim == 1 else np.empty(0)
        if name == "sharpness_residual" or not finite.size:
            continue
        found[name] = {
            "first": float(column[0]),
            "median": float(np.median(finite)),
            "last": float(column[-1]),
            "lowest": float(finite.min()),
            "highest": float(finite.max()),
        }
    return found


def draw(run: Run, data: Any, folder: Path) -> dict[str, Path]:
    """Leave the pictures of the instruments and of the loss around the end.

    Returns
    -------
    dict of str to Path
        By what they show.
    """
    if run.trace is None or not run.trace.instruments:
        return {}
    from optlab import plots
    from optlab.instruments import landscape

    made = {"instruments": folder / "instruments.png"}
    output.save_picture(plots.plot_instruments(run), made["instruments"])
    if run.status != "diverged":
        made["landscape"] = folder / "landscape.png"
        plane = landscape(
            run.model,
            run.loss,
            data.x[:_ROWS],
            data.y[:_ROWS],
            points=_POINTS,
            plain=bool(run.settings.get("plain")),
        )
        title = "Loss around the last weights"
        output.save_picture(plots.plot_landscape(plane, title=title), made["landscape"])
    return made


def show(document: dict[str, Any]) -> None:
    """Print the table of the instruments, and where the pictures are."""
    found = document["instruments"]
    columns = ("first", "median", "last", "lowest", "highest")
    rows = [
        (
            _WORDS.get(name, name.replace("_", " ")),
            *(output.figure(each[key]) for key in columns),
        )
        for name, each in found.items()
    ]
    console = output.results()
    console.print(output.table(["instrument", *columns], rows))
    for name in ("instruments", "landscape"):
        if name in document["files"]:
            text = f"picture: {document['files'][name]}"
            console.print(text, markup=False, soft_wrap=True)
