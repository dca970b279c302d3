"""What the gallery shows besides text: numbers, pictures and the study page."""

from __future__ import annotations

import base64
import math
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import optlab
from optlab import plots
from optlab.explain import explain
from optlab.optimizers import TABLE, names
from optlab.study import study

#: The rates that are tried on Rosenbrock's function.
RATES = [1.0, 0.3, 0.1, 0.03, 0.01, 0.001]
STEPS = 300
#: A picture of one transparent pixel.
_EMPTY = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAA"
    "AABJRU5ErkJggg=="
)


def draw(docs: Path) -> None:
    """Draw everything, on two cores."""
    folder = docs / "optimizers"
    folder.mkdir(exist_ok=True)
    stamp = folder / ".drawn"
    if stamp.exists() and stamp.stat().st_mtime > _changed():
        return
    with ProcessPoolExecutor(2, get_context("spawn")) as pool:
        page = pool.submit(_study_page, docs / "_static" / "study.html")
        for _ in pool.map(_draw, [(name, folder) for name in names()]):
            pass
        page.result()
    stamp.touch()


def leave_empty(docs: Path) -> None:
    """Put an empty file where each drawing would be that is not there yet."""
    folder = docs / "optimizers"
    folder.mkdir(exist_ok=True)
    drawn = [
        folder / f"{name}{end}"
        for name in names()
        for end in (".txt", "-steps.png", "-path.png")
    ]
    for path in (*drawn, docs / "_static" / "study.html"):
        if not path.exists():
            path.write_bytes(_EMPTY if path.suffix == ".png" else b"")


def _changed() -> float:
    """Return when the library was last changed."""
    root = Path(optlab.__file__).parent
    files = (
        Path(at) / f for at, _, names in os.walk(root, followlinks=True) for f in names
    )
    return max(
        f.stat().st_mtime for f in [*files, Path(__file__)] if f.suffix != ".pyc"
    )


def _study_page(path: Path) -> None:
    study("rosenbrock").write(path)


def _draw(job: tuple[str, Path]) -> None:
    name, folder = job
    text = explain({"name": name}, [0.1, 0.2, -0.3]).text(width=76)
    (folder / f"{name}.txt").write_text(text + "\n", "utf-8")
    entry = TABLE[name]
    steps = plots.plot_optimizer({"name": name, "learning_rate": entry.usual_rate})
    plots.save(steps, folder / f"{name}-steps.png", dpi=80)
    rate, run = best(name)
    title = f"{entry.cls.__name__}, learning rate {rate:.2g}"
    picture = plots.plot_trajectory(run, title=title)
    plots.save(picture, folder / f"{name}-path.png", dpi=80)


def best(name: str) -> tuple[float, Any]:
    """Return the rate that ends lowest on Rosenbrock's function, and its run."""
    runs = {rate: _run(name, rate) for rate in RATES}
    rate = min(runs, key=lambda each: _last(runs[each]))
    return rate, runs[rate]


def _run(name: str, rate: float) -> Any:
    optimizer = optlab.optimizers.get({"name": name, "learning_rate": rate})
    optimizer.engine = "numpy"  # compiling takes longer than these steps
    return optlab.minimize(optlab.problems.Rosenbrock(), optimizer, steps=STEPS)


def _last(run: Any) -> float:
    value = float(run.losses[-1])
    return value if math.isfinite(value) and run.status == "finished" else math.inf
