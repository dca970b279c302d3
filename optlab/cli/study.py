"""``optlab study``: write the interactive page to drag, step and read optimizers in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optlab import problems
from optlab.cli import output
from optlab.cli.settings import RuleOption, import_rules
from optlab.errors import InputError
from optlab.experiments import Experiment, find
from optlab.optimizers.registry import lookup
from optlab.study import StudyPage
from optlab.study import study as make_page
from optlab.study.study_page import LISTED_STEPS


def study(
    problem: Annotated[
        str,
        typer.Argument(
            metavar="[PROBLEM|FILE]",
            help="A function by its name, or an experiment file with [function].",
        ),
    ] = "rosenbrock",
    html: Annotated[
        Path, typer.Option(metavar="FILE", help="The page to write.")
    ] = Path("study.html"),
    optimizer: Annotated[
        list[str] | None,
        typer.Option(
            "--optimizer",
            metavar="NAME",
            help="One that is shown first; repeatable, up to five.",
        ),
    ] = None,
    rules: RuleOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> None:
    """Write one page in which to drag, step and compare optimizers.

    The page needs nothing but a browser. Its JavaScript is made from the library's own
    rules, and it checks itself against runs of the library when it is opened. Every
    function of two coordinates and every optimizer with an elementwise rule is in it,
    those of --rule too.
    """
    import_rules(rules)
    if html.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--html needs a file that ends in .html. Received: '{html}'")
    output.check_folder(html.parent, "--html")
    chosen = [*(optimizer or ()), *_own(rules)]
    page = _page(problem, list(dict.fromkeys(chosen)))
    output.make_folder(html.parent, "--html")
    page.write(html)
    found = page.catalogue
    told = {
        "path": str(html),
        "bytes": html.stat().st_size,
        "checkpoints": len(page.data["checkpoints"]),
        "problems": [each.name for each in page.problems],
        "optimizers": [entry["label"] for entry in found.entries],
        "left_out": found.left_out,
    }
    if json:
        output.print_json(told)
        return
    console = output.results()
    size = html.stat().st_size / 1000
    console.print(
        f"{html}: {size:.0f} kB, {output.counted(len(found.entries), 'rule')}, "
        f"{output.counted(len(page.problems), 'function')}, "
        f"{output.counted(len(page.data['checkpoints']), 'checkpoint')} of the library",
        markup=False,
        soft_wrap=True,
    )
    for name, reason in found.left_out.items():
        output.say(f"not in it: {name}: {reason}")


def _own(rules: list[str] | None) -> list[str]:
    """Return the names under which the rules of the user are known."""
    names = [path.rpartition(":")[2] for path in rules or ()]
    for name in names:
        lookup(name)
    return names


def _page(name: str, chosen: list[str]) -> StudyPage:
    """Make the page of a function's name, or of an experiment file."""
    if name in problems.names() and not Path(name).is_file():
        return make_page(name, chosen)
    return _page_of(find(name), chosen)


def _page_of(experiment: Experiment, chosen: list[str]) -> StudyPage:
    """Make the page of an experiment's function, optimizer, start and steps."""
    function = experiment.function
    if function is None:
        raise InputError(
            "The study page shows functions, and this experiment trains a model. Give "
            f"an experiment with [function], or one of: {', '.join(problems.names())}."
        )
    problem = {"name": function.name, "options": dict(function.options)}
    own = experiment.to_dict()["optimizer"]
    steps = min(experiment.training.steps or LISTED_STEPS, LISTED_STEPS)
    return make_page(problem, chosen or [own], steps=steps, start=function.start)
