"""``optlab run``: train an experiment, or walk down an analytic function."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optlab import experiments, interrupts
from optlab.cli import output, reading
from optlab.cli.app import FAILED, INTERRUPTED
from optlab.cli.compiling import say_when_compiling
from optlab.cli.progress import live
from optlab.cli.settings import RuleOption, SettingsOption, changed, import_rules
from optlab.errors import InputError
from optlab.files import write_text

if TYPE_CHECKING:
    from optlab.data import Data
    from optlab.experiments import Experiment
    from optlab.run import Run
    from optlab.training.checkpoint import Checkpoint

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
    settings: SettingsOption = None,
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
    instruments: Annotated[
        str | None,
        typer.Option(
            metavar="[NAMES]",
            help="Read sharpness, noise_scale, ...: names with commas, or all.",
        ),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="STEPS", help="Read the instruments every so many steps."
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(
            metavar="RECORD", help="Go on from this record.npz or checkpoint.npz."
        ),
    ] = None,
    checkpoint_every: Annotated[
        str | None,
        typer.Option(
            metavar="N|Nsteps",
            help="Write checkpoint.npz every N epochs or steps, for --resume.",
        ),
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
    wanted: Any = record
    if instruments is not None:
        wanted = reading.record(experiment, instruments, every or record, data)
    elif every is not None:
        raise InputError("--every goes with --instruments.")
    elif record is None and picture is not None:
        wanted = _interval(experiment, data)
    checkpoint = _checkpoint(folder / "checkpoint.npz", checkpoint_every)
    warm_up(experiment, data)
    with output.alone_in(folder, "--out"):
        with live(name) as progress:
            done = experiment.run(
                data,
                progress=progress,
                record=wanted,
                resume=before,
                checkpoint=checkpoint,
            )
        with interrupts.writing():
            document = _leave(done, experiment, folder)
    if picture is not None:
        document["plot"] = picture
    if instruments is not None:
        document["instruments"] = reading.summary(done)
        document["files"] |= reading.draw(done, data, folder)
    if json:
        output.print_json(document)
    else:
        _show(document, done)
        if instruments is not None:
            reading.show(document)
    status = 0
    if done.divergence is not None:
        output.say(f"{name} diverged: {done.divergence['message']}")
        status = FAILED
    elif done.did_not_learn:
        advice = "" if experiment.data is None else f"; optlab diagnose {file} says why"
        output.say(f"{name} did not learn: {done.did_not_learn}{advice}.")
        status = FAILED
    if done.status == "interrupted":
        return INTERRUPTED
    if picture is not None:
        from optlab import plots

        output.save_picture(plots.plot_report(done, data=experiment.name), picture)
        if not json:
            output.results().print(f"picture: {picture}", markup=False, soft_wrap=True)
    return status


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
    say_when_compiling()
    short = experiment.replace({"training.epochs": None, "training.steps": 1})
    if short.run(data).status == "interrupted":
        raise KeyboardInterrupt


def _interval(experiment: Experiment, data: Data | None) -> int:
    """Return how many steps lie between two traced ones, for a legible picture."""
    if data is None:
        return 1
    return max(1, experiment.build(data).steps // _TRACED)


def _checkpoint(path: Path, every: str | None) -> Checkpoint | None:
    """Read "5", in epochs, or "500steps".

    Raises
    ------
    InputError
        If it is neither.
    """
    if every is None:
        return None
    from optlab.training.checkpoint import Checkpoint

    found = re.fullmatch(r"(\d+)\s*(epochs?|steps?)?", every.strip())
    if found is None:
        raise InputError(
            "--checkpoint-every must be a number of epochs, such as 5, or of steps, "
            f"such as 500steps. Received: {every!r}"
        )
    unit = "steps" if (found[2] or "").startswith("step") else "epochs"
    return Checkpoint(path, **{unit: int(found[1])})


def _leave(run: Run, experiment: Experiment, folder: Path) -> dict[str, Any]:
    """Write record, summary and experiment to the folder; return the summary.

    All are written before the first takes its name, and the summary of before goes
    first and the new one comes last: where there is a summary, it is the record's.
    """
    files = {
        "record": folder / "record.npz",
        "experiment": folder / "experiment.toml",
        "summary": folder / "summary.json",
    }
    document = {
        "name": experiment.name,
        "seed": experiment.training.seed,
        **run.summary(),
        "history": run.history,
        "files": files,
    }
    new = {key: path.with_name(f".new-{path.name}") for key, path in files.items()}
    try:
        run.save(new["record"])
        experiment.to_toml(new["experiment"])
        write_text(new["summary"], output.to_json(document))
        files["summary"].unlink(missing_ok=True)
        for key, path in files.items():
            new[key].replace(path)
    finally:
        for path in new.values():
            path.unlink(missing_ok=True)
    if run.status != "interrupted":
        (folder / "checkpoint.npz").unlink(missing_ok=True)
    return document


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
        f"{_ending(document)}: {length} "
        f"in {document['seconds']:.3g} s, {document['steps_per_second']:,.0f} a second"
    )
    lines.append(f"record: {document['files']['record']}")
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)


def _ending(document: dict[str, Any]) -> str:
    """Return in words how the run ended."""
    if "did_not_learn" in document:
        return "did not learn"
    return str(document["status"]).replace("_", " ")


def _place(name: str) -> tuple[bool, str, bool]:
    """Order figures: losses first, each with its validation behind it."""
    base = name.removeprefix("val_")
    return base != "loss", base, name != base
