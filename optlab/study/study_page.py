"""Join the study page from its parts: template, style, scripts, rules and numbers."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from optlab import data as datasets
from optlab import optimizers, problems
from optlab.errors import InputError
from optlab.files import write_text
from optlab.layers import Dense
from optlab.model import Sequential
from optlab.optimizers import RuleOptimizer
from optlab.plain import plain
from optlab.study.catalogue import Catalogue, catalogue
from optlab.study.faults import FAULTS
from optlab.study.powers import exceptions, hexadecimal
from optlab.study.tracing import is_bowl, traced
from optlab.training.arguments import positive
from optlab.training.minimize import minimize

#: The scripts in the order in which they are joined.
SCRIPTS = (
    "number.js",
    "engine.js",
    "state.js",
    "drawing.js",
    "surface.js",
    "panels.js",
    "stability.js",
    "training.js",
    "controls.js",
    "arithmetic.js",
    "cards.js",
    "export.js",
    "main.js",
)
#: Steps of the runs that the page checks itself with.
CHECKED_STEPS = 50
#: Steps up to which powers that the C library rounds its own way are listed.
LISTED_STEPS = 1000
#: What the sliders of betas stop at, besides the defaults.
BETAS = (0.5, 0.8, 0.9, 0.95, 0.96, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999)
DTYPES = ("float64", "float32")
#: Optimizers at once, and those shown where none are chosen.
MOST = 5
USUAL = ("sgd", {"name": "sgd", "momentum": 0.9}, "adam")
#: The largest page, in bytes: it is to be sent by mail and opened on a phone.
LARGEST = 600_000


@dataclass(frozen=True)
class StudyPage:
    """What the page holds, before it is written.

    Attributes
    ----------
    problems : list of Problem
        Of two coordinates each; the first is shown first.
    catalogue : Catalogue
        The optimizers.
    opened : dict
        What is set when the page opens: "optimizers", "steps", "start".
    betas : tuple of float
        Further betas whose powers are to be listed.
    """

    problems: list[problems.Problem]
    catalogue: Catalogue
    opened: dict[str, Any]
    betas: tuple[float, ...] = ()

    @cached_property
    def data(self) -> dict[str, Any]:
        """What the scripts read: everything that is no function."""
        from optlab import __version__

        return {
            "version": __version__,
            "problems": [_described(problem) for problem in self.problems],
            "optimizers": self.catalogue.entries,
            "leftOut": self.catalogue.left_out,
            "opened": self.opened,
            "checkpoints": self.checkpoints(),
            "powers": {
                dtype: exceptions(self._bases(), LISTED_STEPS, dtype)
                for dtype in DTYPES
            },
            "faults": [dict(fault) for fault in FAULTS],
            "moons": _moons(),
        }

    def _bases(self) -> set[float]:
        """Return every beta that may be raised to the step."""
        found = {*BETAS, *self.betas}
        for entry in self.catalogue.entries:
            found |= {n["value"] for n in entry["numbers"] if 0 < n["value"] < 1}
        return found

    def checkpoints(self) -> list[dict[str, Any]]:
        """Run the library, and return where its runs ended, to the bit."""
        found = []
        for p, problem in enumerate(self.problems):
            if not traced(problem)[1]:
                continue
            for o, variant in enumerate(self.catalogue.variants):
                for dtype in DTYPES:
                    rate = self.catalogue.entries[o]["rate"] / 10
                    arguments = {**variant.arguments, "learning_rate": rate}
                    optimizer = type(variant.optimizer)(**arguments)
                    start = problem.start.tolist()
                    found.append(
                        {
                            "problem": p,
                            "optimizer": o,
                            "dtype": dtype,
                            "rate": rate,
                            "start": start,
                            "steps": CHECKED_STEPS,
                            **ended(problem, optimizer, start, CHECKED_STEPS, dtype),
                        }
                    )
        return found

    def rules(self) -> str:
        """Return the JavaScript of all rules: `rulesOf(F)` and `problemsOf(F, ...)`."""
        sources = self.catalogue.translator.sources
        functions = "\n\n".join(sources.values())
        objects = ",\n".join(traced(problem)[0] for problem in self.problems)
        text = "const RULES = {}, PROBLEMS = {};\n"
        for dtype in DTYPES:
            # Once for each dtype: a browser makes quick what has one F to call.
            text += (
                "// Written from the syntax trees of the library's rules.\n"
                f"RULES.{dtype} = function (F, D) {{\n{functions}\n\n"
                f"return {{ {', '.join(sources)} }};\n}};\n\n"
                "// Written by following the formulas of the library's problems.\n"
                f"PROBLEMS.{dtype} = function (F, curvatures) {{\n"
                f"return [\n{objects}\n];\n}};\n\n"
            )
        return text

    def script(self, names: Sequence[str] = SCRIPTS) -> str:
        """Return one script: data, rules and the named parts."""
        # `<` would end the script where it stands before a slash.
        data = json.dumps(plain(self.data), separators=(",", ":")).replace(
            "<", "\\u003c"
        )
        parts = "\n".join(part(name) for name in names)
        return f"const DATA = {data};\n{self.rules()}\n{parts}"

    def html(self) -> str:
        """Return the whole page, which needs nothing else.

        Raises
        ------
        InputError
            If it is larger than a page may be.
        """
        page = part("page.html")
        for mark, text in (
            ("/* style */", part("page.css")),
            ("/* script */", self.script()),
        ):
            before, _, after = page.partition(mark)
            page = before + text + after
        if len(page.encode()) > LARGEST:
            raise InputError(
                f"The page would have {len(page.encode()):,} bytes; at most "
                f"{LARGEST:,} are allowed. Import fewer rules."
            )
        return page

    def write(self, path: str | Path) -> Path:
        """Write the page; an interrupted write leaves the old one."""
        path = Path(path)
        write_text(path, self.html())
        return path


def part(name: str) -> str:
    """Return a part of the page as it stands in the package."""
    folder = resources.files("optlab.study") / "page"
    return (folder / name).read_text("utf-8")


def ended(
    problem: problems.Problem,
    optimizer: RuleOptimizer,
    start: Sequence[float],
    steps: int,
    dtype: str,
    engine: str = "numpy",
) -> dict[str, Any]:
    """Run the library; return the last step and the bits of point and value there."""
    optimizer.engine = engine
    run = minimize(problem, optimizer, steps, start, None, dtype=dtype)
    x, y = run.trajectory[-1]  # type: ignore[index]
    value = run.losses[-1]
    return {"last": run.steps, "bits": [hexadecimal(float(v)) for v in (x, y, value)]}


def study(
    problem: Any = "rosenbrock",
    chosen: Sequence[Any] = (),
    *,
    steps: int = 400,
    start: Sequence[float] | None = None,
    betas: Sequence[float] = (),
) -> StudyPage:
    """Make the study page.

    Parameters
    ----------
    problem : str, dict or Problem
        What it shows first: see `optlab.problems.get`. All named problems of two
        coordinates can be chosen on it.
    chosen : sequence of str, dict or Optimizer
        The optimizers that it shows first, up to five: see `optlab.optimizers.get`;
        some usual ones where left out. All with an elementwise rule can be chosen on
        it. A name leaves the rate to the page.
    steps : int
        Steps of a run, 1 to 1000.
    start : sequence of float, optional
        Where runs begin; the problem's own start where left out.
    betas : sequence of float
        Betas besides the usual ones whose powers are to be the library's.

    Raises
    ------
    InputError
        If a name is unknown, an optimizer's rule or options are not covered, more than
        five are chosen, or the problem has not two coordinates.

    Examples
    --------
    >>> page = study("booth", ["adam"])
    >>> [problem.name for problem in page.problems][0]
    'booth'
    """
    first = problems.get(problem)
    traced(first)
    shown = [first]
    for name in problems.names():
        other = problems.get(name)
        if other.dimension == 2 and name != first.name:
            shown.append(other)
    found = catalogue(
        {
            name: optimizers.lookup(name)
            for name in optimizers.names()
            if issubclass(optimizers.lookup(name), RuleOptimizer)
        }
    )
    if len(chosen) > MOST:
        raise InputError(
            f"The study page shows {MOST} optimizers at once. Received: {len(chosen)}"
        )
    opened: dict[str, Any] = {
        "optimizers": [_slot(each, found) for each in chosen or USUAL],
        "steps": positive("steps", steps),
        "start": first.point(first.start if start is None else start).tolist(),
    }
    if steps > LISTED_STEPS:
        raise InputError(
            f"The study page shows up to {LISTED_STEPS} steps. Received: steps={steps}"
        )
    return StudyPage(shown, found, opened, tuple(betas))


def _slot(chosen: Any, found: Catalogue) -> dict[str, Any]:
    """Return the page's form of an optimizer: its variant, rate and numbers."""
    optimizer = optimizers.get(chosen)
    name = chosen if isinstance(chosen, str) else optimizer.name
    if not isinstance(optimizer, RuleOptimizer):
        raise InputError(
            f"The study page cannot show {name}: it has no update rule of its own."
        )
    rule = optimizer.rule
    for k, variant in enumerate(found.variants):  # noqa: B007
        other = variant.optimizer.rule
        same_rule = (other.function, other.slots) == (rule.function, rule.slots)
        if type(variant.optimizer) is type(optimizer) and same_rule:
            break
    else:
        reasons = [
            reason
            for key, reason in found.left_out.items()
            if optimizers.lookup(key) is type(optimizer)
        ]
        reason = reasons[0] if reasons else "it is not registered"
        raise InputError(f"The study page cannot show {name}: {reason}.")
    _check_options(optimizer, variant.optimizer)
    numbers = {
        each["name"]: getattr(optimizer, each["name"])
        for each in found.entries[k]["numbers"]
        if getattr(optimizer, each["name"]) != each["value"]
    }
    given = not isinstance(chosen, str) and optimizer.schedule is None
    rate = (
        optimizer.learning_rate if given and "learning_rate" in _given(chosen) else None
    )
    return {"o": k, "rate": rate, "numbers": numbers}


def _given(chosen: Any) -> Any:
    """Return the arguments that were given, all where an optimizer was."""
    if isinstance(chosen, Mapping):
        return chosen.get("config", chosen)
    return chosen.get_config()


def _check_options(optimizer: RuleOptimizer, usual: RuleOptimizer) -> None:
    """Refuse what would change the numbers and is not on the page."""
    if optimizer.schedule is not None:
        raise InputError(
            "The study page has one rate for all steps. Give `learning_rate` as a "
            f"number. Received: learning_rate={optimizer.schedule!r}"
        )
    for name, value in vars(optimizer.options).items():
        default = getattr(usual.options, name)
        covered = name == "weight_decay" and default is not None and value is not None
        if name != "name" and value != default and not covered:
            raise InputError(
                f"The study page does not have the option {name} of "
                f"{type(optimizer).__name__}. Received: {name}={value!r}"
            )


def _described(problem: problems.Problem) -> dict[str, Any]:
    bounds = problem.bounds
    if bounds is None:
        bounds = np.stack([problem.start - 2, problem.start + 2], axis=1)
    return {
        "name": problem.name,
        "options": problem.get_config()["options"],
        "bounds": bounds.tolist(),
        "start": problem.start.tolist(),
        "minima": [point.tolist() for point in problem.minima],
        "minimum": problem.minimum,
        "exact": traced(problem)[1],
        "summary": (inspect.getdoc(type(problem)) or "").split("\n")[0],
        "curvatures": problem.curvatures.tolist() if is_bowl(problem) else None,  # type: ignore[attr-defined]
    }


def _moons() -> dict[str, Any]:
    """Return what the network of the page is trained on, and its initial weights."""
    data = datasets.load("moons", scale="standard", seed=0)
    model = Sequential(
        [Dense(4, activation="relu"), Dense(1)], input_shape=(2,), seed=1
    )
    weights = np.concatenate([np.ravel(w) for w in model.get_weights()])
    return {
        "points": np.asarray(data.x, float)[:120].round(4).tolist(),
        "labels": np.asarray(data.y).ravel()[:120].astype(int).tolist(),
        "weights": weights.astype(float).tolist(),
    }
