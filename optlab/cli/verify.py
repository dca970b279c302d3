"""``optlab verify``: compare our results with tf.keras's, to the last bit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from optlab import experiments, interrupts
from optlab.cli import output
from optlab.cli.app import FAILED
from optlab.cli.progress import ticking
from optlab.cli.settings import SettingsOption, changed, import_rules
from optlab.errors import InputError, unknown_name
from optlab.files import write_text

if TYPE_CHECKING:
    from optlab.validation.results import Result
    from optlab.validation.runs.verdict import Verdict

#: Failures that are spelled out below the table; --json and --html have all.
_SHOWN = 5


#: What `--only` can name besides optimizers.
GROUPS = ("layers", "losses", "metrics", "schedules", "runs")


def verify(
    file: Annotated[
        str | None,
        typer.Argument(
            help="An experiment file or name: compare it with its tf.keras twin. "
            "Without it: the parity matrix."
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="The whole matrix (half an hour), or all of FILE's steps."
        ),
    ] = False,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Only this optimizer, or all layers, losses, metrics, schedules or "
            "runs; repeatable.",
        ),
    ] = None,
    keras: Annotated[
        str | None,
        typer.Option(metavar="MODULE:CLASS", help="A Keras optimizer of your own."),
    ] = None,
    torch: Annotated[
        bool,
        typer.Option("--torch", help="Compare with torch.optim, line by line."),
    ] = False,
    optax: Annotated[
        bool, typer.Option("--optax", help="Compare with optax, likewise.")
    ] = False,
    library: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Compare with pytorch_optimizer or timm; repeatable."
        ),
    ] = None,
    class_: Annotated[
        str | None,
        typer.Option(
            "--class",
            metavar="MODULE:CLASS",
            help="A torch or optax optimizer of your own: which rule it is.",
        ),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(
            metavar="MODULE:RULE",
            help="Its update rule; with FILE, the optimizer of yours that it names.",
        ),
    ] = None,
    ulp: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="With --keras: what passes, in units in the last place, instead of "
            "the same bits in eager mode.",
        ),
    ] = None,
    loose: Annotated[
        bool,
        typer.Option(
            "--loose",
            help="With --keras: pass a relative distance of 1e-4, for a formula that "
            "is written in another way.",
        ),
    ] = False,
    steps: Annotated[
        int | None, typer.Option(min=1, help="With FILE: at most so many steps.")
    ] = None,
    random: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            help="So many random configurations of optimizers, instead of the matrix.",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="With FILE: used instead of its own. With --random: of the series.",
        ),
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the distances as .png or .svg."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a self-contained report."),
    ] = None,
    settings: SettingsOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """Compare optimizers, losses, layers or a whole run with tf.keras.

    Cells show the largest distance: 0 is the same bits, "r" are roundings of the
    largest number that an element has been, "rel" that distance as a fraction. Exit
    status 1 where anything is outside its tolerance.
    """
    if (keras is None) != (rule is None):
        raise InputError("--keras and --rule belong together: give both.")
    if only and (file is not None or keras is not None):
        raise InputError("--only goes with the matrix, not with FILE or --keras.")
    if random is not None and (file is not None or keras is not None or full):
        raise InputError("--random goes with --only and --seed, not with FILE, --full.")
    frameworks = [n for n, on in (("torch", torch), ("optax", optax)) if on]
    frameworks += _libraries(library)
    others = any((file, full, keras, steps, random, seed, plot, html, settings))
    if class_ is not None:
        if others or frameworks or only:
            raise InputError("--class goes with --json alone.")
        from optlab.cli.frameworks import identify_class

        return identify_class(class_, json)
    if frameworks:
        if others:
            raise InputError(
                "--torch, --optax and --library go with --only and --json alone."
            )
        from optlab.cli.frameworks import compare_frameworks

        return compare_frameworks(frameworks, _registered(only), json)
    picture = output.picture(plot)
    if html is not None:
        output.check_folder(html.parent, "--html")
    groups = [name for name in only or () if name in GROUPS]
    names = _checked_names([name for name in only or () if name not in GROUPS])
    if groups and random is not None:
        raise InputError("--random draws optimizers: --only names no other part then.")
    if file is not None and keras is not None and rule is not None:
        _use_twin(keras, rule)
    if settings and file is None:
        raise InputError("--set changes an experiment: name its FILE.")
    experiment = None if file is None else changed(experiments.find(file), settings)
    started = time.perf_counter()
    from optlab.validation.runtime import load

    versions = load().describe()
    rows: Iterator[Result]
    names_matched = None
    if experiment is not None:
        from optlab.validation.runs.check import check_experiment
        from optlab.validation.runs.verdict import STEPS

        most = steps if steps is not None or full else STEPS
        rows, total = check_experiment(experiment, most, seed), 2
    elif keras is not None and rule is not None:
        from optlab.validation.yours import check_yours, matched

        names_matched = matched(keras, rule)
        rows, total = check_yours(keras, rule, ulp, loose), 10
    else:
        from optlab.validation.matrix import plan, random_parts, run_parts

        parts = plan(full, [*names, *groups])
        if random is not None:
            parts = random_parts(random, seed or 0, names)
        rows, total = run_parts(parts), sum(part.rows for part in parts)
    results = _run(rows, total, versions)
    verdicts = [result.drift for result in results if result.drift is not None]
    seconds = time.perf_counter() - started
    document = _document(results, verdicts, versions, seconds)
    if names_matched is not None:
        document["matched"] = vars(names_matched)
    if picture is not None:
        _draw(results, verdicts, picture)
        document["plot"] = str(picture)
    if html is not None:
        from optlab.validation.page import page

        output.make_folder(html.parent, "--html")
        write_text(html, page(results, verdicts, versions, seconds))
        document["html"] = str(html)
    if json:
        output.print_json(document)
    else:
        for line in names_matched.lines() if names_matched is not None else ():
            output.results().print(line, markup=False, soft_wrap=True)
        _show(results, document)
    return 0 if document["passed"] else FAILED


def _use_twin(keras: str, rule: str) -> None:
    """Import an optimizer that an experiment names, and its twin of Keras."""
    import_rules([rule])
    from optlab.optimizers.registry import OPTIMIZERS
    from optlab.validation.twins.optimizers import OWN
    from optlab.validation.yours import keras_class

    OWN[OPTIMIZERS[rule]] = keras_class(keras)


def _libraries(names: list[str] | None) -> list[str]:
    """Return libraries written for torch, or say that one is not known."""
    if not names:
        return []
    from optlab.validation.frameworks import LIBRARIES

    for name in names:
        if name not in LIBRARIES:
            raise unknown_name("library", name, list(LIBRARIES))
    return names


def _registered(only: list[str] | None) -> list[str]:
    """Return the names of ours, or say that there is no such."""
    from optlab import optimizers

    known = optimizers.names()
    for name in only or ():
        if name not in known:
            raise unknown_name("optimizer", name, known)
    return list(only or ())


def _checked_names(only: list[str] | None) -> list[str]:
    """Return the names of those that tf.keras has."""
    from optlab import optimizers

    for name in _registered(only):
        entry = optimizers.TABLE.get(name)
        if entry is not None and not entry.twin:
            raise InputError(
                f"tf.keras has no {name}: there is no twin to compare it with. It was "
                f"checked against {' and '.join(entry.sources)}."
            )
    return list(only or ())


def _run(rows: Iterator[Result], total: int, versions: dict[str, str]) -> list[Result]:
    """Collect the rows, with a live table where standard error is a terminal."""
    results: list[Result] = []
    with _live(results, total, versions) as refresh:
        for result in rows:
            interrupts.check()  # not lost by what made the row
            results.append(result)
            refresh()
    return results


@contextmanager
def _live(
    results: list[Result], total: int, versions: dict[str, str]
) -> Iterator[Callable[[], None]]:
    console = output.messages()
    if not console.is_terminal:
        tick = ticking(total, "comparisons")
        yield lambda: tick(len(results))
        return
    from rich.live import Live

    def shown() -> Any:
        last = f"{results[-1].label}, {results[-1].mode}" if results else "starting"
        title = f"TensorFlow {versions['tensorflow']}  {len(results)}/{total}  {last}"
        return _table(results, title, console.height - 4)

    with Live(shown(), console=console, transient=True, auto_refresh=False) as live:
        yield lambda: live.update(shown(), refresh=True)


def _table(results: list[Result], title: str | None = None, rows: int = 10**6) -> Any:
    from optlab.validation.summary import cell, lines, modes

    columns = modes(results)
    body = [
        (line.group, line.subject, *(cell(line.cells.get(m, [])) for m in columns))
        for line in lines(results)
    ]
    return output.table(
        ["group", "subject", *columns], body[-rows:], title=title, left=2
    )


def _document(
    results: list[Result],
    verdicts: list[Verdict],
    versions: dict[str, str],
    seconds: float,
) -> dict[str, Any]:
    from optlab.validation.summary import verdict

    return {
        "passed": all(result.passed for result in results),
        "verdict": verdict(results, versions),
        "versions": versions,
        "seconds": round(seconds, 2),
        "results": [result.as_dict() for result in results],
        "drift": [found.as_dict() for found in verdicts],
    }


def _show(results: list[Result], document: dict[str, Any]) -> None:
    console = output.results()
    console.print(_table(results))
    failed = [result for result in results if not result.passed]
    for result in failed[:_SHOWN]:
        console.print(f"FAIL {result.messages()[0]}", markup=False, soft_wrap=True)
    if len(failed) > _SHOWN:
        console.print(f"... and {len(failed) - _SHOWN} more: see --json or --html.")
    for note in dict.fromkeys(result.note for result in failed if result.note):
        console.print(note, markup=False, soft_wrap=True)
    verdict = f"{document['verdict']} {document['seconds']:.0f} s"
    console.print(verdict, markup=False, soft_wrap=True)


def _draw(results: list[Result], verdicts: list[Verdict], path: Path) -> None:
    from optlab.validation.plots import plot_drifts, plot_matrix

    stepped = any(
        result.group in ("optimizers", "random", "yours") for result in results
    )
    drawing = plot_matrix(results) if stepped else plot_drifts(verdicts)
    output.save_picture(drawing, path)
