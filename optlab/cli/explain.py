"""``optlab explain``: the arithmetic of an optimizer's steps, number by number."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from optlab.cli import output
from optlab.cli.settings import RuleOption, import_rules, parse_settings
from optlab.errors import InputError
from optlab.explain import explain as explain_steps
from optlab.optimizers.registry import lookup


def explain(
    optimizer: Annotated[
        str, typer.Argument(help="Its name; `optlab optimizers` lists them.")
    ],
    gradients: Annotated[
        str,
        typer.Option(metavar="G,G,...", help="The gradient of each step."),
    ] = "0.1,0.2,-0.3",
    learning_rate: Annotated[
        float | None, typer.Option(help="The rate; else the optimizer's default.")
    ] = None,
    start: Annotated[float, typer.Option(help="The parameter before the steps.")] = 0.0,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="Another argument of the optimizer, such as beta_1=0.8; repeatable.",
        ),
    ] = None,
    dtype: Annotated[
        Literal["float32", "float64"], typer.Option(help="In what it is computed.")
    ] = "float32",
    digits: Annotated[
        int, typer.Option(min=1, max=17, help="Significant digits shown.")
    ] = 6,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the numbers as a .png or .svg."),
    ] = None,
    rules: RuleOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> None:
    """Show every number of a few steps by name, with the formula above it.

    The optimizer's own rule computes them. Separate the gradients by commas; one that
    begins with a minus sign needs an equals sign: --gradients=-0.1,0.2.
    """
    import_rules(rules)
    lookup(optimizer)
    arguments = parse_settings(settings, dotted=False)
    if learning_rate is not None:
        if "learning_rate" in arguments:
            raise InputError("The learning rate is given twice.")
        arguments["learning_rate"] = learning_rate
    picture = output.picture(plot)
    table = explain_steps(
        {**arguments, "name": optimizer}, _numbers(gradients), start, dtype
    )
    if json:
        sys.stdout.write(table.to_json(indent=2) + "\n")
    else:
        console = output.results()
        text = table.text(digits, console.width)
        console.print(text, markup=False, soft_wrap=True)
    if picture is not None:
        from optlab import plots

        output.save_picture(plots.plot_explanation(table), picture)


def _numbers(text: str) -> list[float]:
    """Read numbers separated by commas or blanks."""
    words = text.replace(",", " ").split()
    if not words:
        raise InputError("--gradients needs at least one number.")
    found = []
    for word in words:
        try:
            number = float(word)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise InputError(
                "--gradients needs finite numbers separated by commas. "
                f"Received: {word!r} in {text!r}"
            )
        found.append(number)
    return found
