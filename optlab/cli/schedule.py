"""``optlab schedule``: the learning rate of a schedule, step by step."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from optlab import schedules
from optlab.cli import output
from optlab.cli.settings import parse_settings
from optlab.errors import InputError
from optlab.lookup import snake_case
from optlab.schedules.registry import SCHEDULES

#: Rows of the table where the steps are more.
_ROWS = 21
#: Steps at most: a rate takes about 2 microseconds, and all are kept for the picture.
_MOST = 10_000_000


def schedule(
    name: Annotated[
        str | None, typer.Argument(help="Its name; without it they are listed.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="An argument, such as initial_learning_rate=0.1; repeatable.",
        ),
    ] = None,
    steps: Annotated[
        int, typer.Option(min=1, max=_MOST, help="How many steps.")
    ] = 1000,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw it as a .png or .svg picture."),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> None:
    """Tabulate or draw the learning rate that a schedule gives.

    With --json the rate of every step is in the document.
    """
    if name is None:
        _list(json)
        return
    key = snake_case(SCHEDULES.find(name).__name__)
    arguments = parse_settings(settings, dotted=False)
    _check_required(key, arguments)
    found = schedules.get({**arguments, "name": key})
    picture = output.picture(plot)
    rates = [float(found(step)) for step in range(steps)]
    if picture is not None:
        from optlab import plots

        axes = plots.plot_schedule(
            {key: found}, steps, title=key.replace("_", " ").capitalize()
        )
        output.save_picture(axes, picture)
    if json:
        config = schedules.serialize(found)
        output.print_json({"name": key, "schedule": config, "rates": rates})
        return
    shown = np.unique(np.linspace(0, steps - 1, min(steps, _ROWS)).astype(int))
    console = output.results()
    console.print(repr(found), markup=False, soft_wrap=True)
    rows = [(str(step), f"{rates[step]:.6g}") for step in shown]
    console.print(output.table(["step", "learning rate"], rows, left=0))


def _list(json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "summary": (inspect.getdoc(SCHEDULES[name]) or "").splitlines()[0],
            "arguments": _arguments(name),
        }
        for name in schedules.names()
    ]
    if json:
        output.print_json(rows)
        return
    output.results().print(
        output.table(
            ["name", "what it does", "arguments"],
            [
                (
                    row["name"],
                    row["summary"].rstrip("."),
                    " ".join(_shown(item) for item in row["arguments"].items()),
                )
                for row in rows
            ],
            left=3,
        )
    )


def _arguments(name: str) -> dict[str, Any]:
    """Return a schedule's arguments with their defaults; "required" for none."""
    parameters = inspect.signature(SCHEDULES[name]).parameters
    return {
        key: "required" if parameter.default is parameter.empty else parameter.default
        for key, parameter in parameters.items()
        if key != "name"
    }


def _shown(item: tuple[str, Any]) -> str:
    key, default = item
    return key if default == "required" else f"{key}={default}"


def _check_required(name: str, arguments: dict[str, Any]) -> None:
    needed = [key for key, v in _arguments(name).items() if v == "required"]
    missing = [key for key in needed if key not in arguments]
    if missing:
        words = " ".join(f"--set {key}=..." for key in missing)
        raise InputError(f"{name} needs {', '.join(missing)}: {words}")
