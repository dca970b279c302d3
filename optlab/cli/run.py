"""``optlab run``: train an experiment, or walk down an analytic function."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optlab import experiments
from optlab.cli import output
from optlab.cli.app import FAILED, INTERRUPTED
from optlab.cli.progress import live
from optlab.cli.settings import RuleOption, import_rules, parse_settings
from optlab.errors import InputError
from optlab.files import write_text
from optlab.kernels.jit import cache_folder

if TYPE_CHECKING:
    from optlab.data import Data
    from optlab.experiments import Experiment
    from optlab.run import Run

#: Where records go, each run to a folder of its experiment's name.
OUT = Path("out")
#: About how many steps a picture's traces are made of.
_TRACED = 200


def run(
    file: Annotated[
        str | None,
        typer.Argument(help="An experiment file, or the name of a shipped experiment."),
    ] = None,
    shipped: Annotated[
        bool, typer.Option("--list", help="List the shipped experiments.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="TABLE.KEY=VALUE",
            help="Change a setting, such as optimizer.learning_rate=0.1; repeatable.",
        ),
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(help="Train so many epochs instead.")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Make so many steps instead.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Of the weights and of the batches' order.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Where the record goes.  [default: out/NAME]"
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the run as a .png or .svg picture."),
    ] = None,
    record: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="STEPS",
            help="Keep a trace of every so many steps in the record.",
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="RECORD", help="Go on from this record.npz."),
    ] = None,
    rules: RuleOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Train an experiment, or walk down an analytic function.

    The record, a summary and the experiment as it was run are left in out/NAME.
    """
    import_rules(rules)
    if shipped:
        _list(json)
        return 0
    if file is None:
        raise InputError("Give an experiment FILE or name; --list shows the names.")
    experiment = changed(experiments.find(file), settings, epochs, steps, seed)
    name = experiment.name
    picture = output.picture(plot)
    before = None if resume is None else _loaded(resume)
    folder = output.check_folder(out or OUT / name, "--out")
    data = None if experiment.data is None else experiment.load_data()
    for note in data.notes if data is not None else ():
        output.say(note)
    if record is None and picture is not None:
        record = _interval(experiment, data)
    warm_up(experiment, data)
    with live(name) as progress:
        done = experiment.run(data, progress=progress, record=record, resume=before)
    document = _leave(done, experiment, output.make_folder(folder, "--out"))
    if picture is not None:
        document["plot"] = _draw(done, picture)
    if json:
        output.print_json(document)
    else:
        _show(document, done)
    if done.divergence is not None:
        output.say(f"{name} diverged: {done.divergence['message']}")
    if done.status == "interrupted":
        return INTERRUPTED
    return FAILED if done.status == "diverged" else 0


def changed(
    experiment: Experiment,
    settings: list[str] | None,
    epochs: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
) -> Experiment:
    """Return the experiment with what the command line says otherwise.

    Raises
    ------
    InputError
        If a setting is malformed, given twice, or makes no valid experiment.
    """
    changes = parse_settings(settings)
    if epochs is not None and steps is not None:
        raise InputError("Give --epochs or --steps, not both.")
    if epochs is not None:
        changes |= {"training.epochs": epochs, "training.steps": None}
    if steps is not None:
        changes |= {"training.epochs": None, "training.steps": steps}
    if seed is not None:
        changes["training.seed"] = seed
    return experiment.replace(changes) if changes else experiment


def _list(json: bool) -> None:
    rows = [(name, experiments.describe(name)) for name in experiments.shipped()]
    if json:
        output.print_json([{"name": n, "description": text} for n, text in rows])
    else:
        output.results().print(output.table(["name", "what it is"], rows, left=2))


def _loaded(path: Path) -> Run:
    from optlab.run import Run

    return Run.load(path)


def warm_up(experiment: Experiment, data: Data | None) -> None:
    """Load or compile the kernels, so that they do not count as training time."""
    say_if_cold()
    short = experiment.replace({"training.epochs": None, "training.steps": 1})
    if short.run(data).status == "interrupted":
        raise KeyboardInterrupt


def say_if_cold() -> None:
    """Say that the kernels have to be compiled, where none has been yet."""
    folder = cache_folder()
    if folder is None or not any(folder.rglob("*.nbi")):
        output.say("Compiling the kernels; only the first time takes so long.")


def _interval(experiment: Experiment, data: Data | None) -> int:
    """Return how many steps lie between two traced ones, for a legible picture."""
    if data is None:
        return 1
    arguments = experiment.build(data).fit_arguments
    batches = -(-len(data.x) // arguments["batch_size"])
    steps: int = arguments.get("steps") or arguments["epochs"] * batches
    return max(1, steps // _TRACED)


def _leave(run: Run, experiment: Experiment, folder: Path) -> dict[str, Any]:
    """Write record, summary and experiment to the folder; return the summary."""
    files = {
        "record": folder / "record.npz",
        "summary": folder / "summary.json",
        "experiment": folder / "experiment.toml",
    }
    run.save(files["record"])
    experiment.to_toml(files["experiment"])
    document = {
        "name": experiment.name,
        "seed": experiment.training.seed,
        **run.summary(),
        "history": run.history,
        "files": files,
    }
    write_text(files["summary"], output.to_json(document))
    return document


def _draw(run: Run, picture: Path) -> Path | None:
    from optlab import plots

    try:
        return output.save_picture(plots.plot_report(run), picture)
    except InputError as error:
        output.say(f"No picture: {error}")
        return None


def _show(document: dict[str, Any], run: Run) -> None:
    """Print the summary as a table and a few lines."""
    walked = run.problem is not None
    rows = [("f(x)" if walked else "loss", document["loss"])]
    rows += sorted(document["metrics"].items(), key=lambda row: _place(row[0]))
    unit = "step" if walked else "epoch"
    table = output.table(
        ["", "first", "last", "best", f"at {unit}"],
        [
            (
                name,
                output.figure(found["first"]),
                output.figure(found["last"]),
                output.figure(found["best"]),
                str(found["best_step" if walked else "best_epoch"] or "-"),
            )
            for name, found in rows
        ],
    )
    console = output.results()
    console.print(table)
    lines = []
    if walked:
        point = ", ".join(f"{value:.6g}" for value in document["point"])
        lines.append(f"x = ({point})")
        if document["distance"] is not None:
            lines.append(f"{document['distance']:.3g} from the nearest minimum")
    length = output.counted(document["steps"], "step")
    if not walked:
        length = f"{output.counted(document['epochs'], 'epoch')}, {length}"
    lines.append(
        f"{document['status'].replace('_', ' ')}: {length} "
        f"in {document['seconds']:.3g} s, {document['steps_per_second']:,.0f} a second"
    )
    lines.append(f"record: {document['files']['record']}")
    if document.get("plot"):
        lines.append(f"picture: {document['plot']}")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _place(name: str) -> tuple[bool, str, bool]:
    """Order figures: losses first, each with its validation behind it."""
    base = name.removeprefix("val_")
    return base != "loss", base, name != base
