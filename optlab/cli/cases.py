"""``optlab cases``: the casebook's claims, measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from optlab.cases import catalogue, select
from optlab.cases.articles import ARTICLES
from optlab.cases.case import Case
from optlab.cases.case_result import CaseResult
from optlab.cases.runner import run_case
from optlab.cases.store import FOLDER, Store, versions
from optlab.cases.twins import add_twin
from optlab.cli import output
from optlab.cli.app import FAILED, INTERRUPTED
from optlab.cli.clusters import workers_of
from optlab.cli.progress import counting
from optlab.cli.settings import ClusterOption, JobsOption
from optlab.errors import InputError
from optlab.files import write_text
from optlab.workers import Jobs

#: Colours of the verdicts on a terminal.
_COLOURS = {"holds": "green", "fails": "red", "depends": "yellow"}


def cases(
    ids: Annotated[
        list[str] | None,
        typer.Argument(
            help="Cases to run: ids, or 'examples', 'prose', an article's '000'."
        ),
    ] = None,
    all_cases: Annotated[
        bool, typer.Option("--all", help="All cases; unchanged results are kept.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Run also what has an unchanged result.")
    ] = False,
    twin: Annotated[
        bool,
        typer.Option(help="Repeat one seed in tf.keras and run the code as it is."),
    ] = True,
    html: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the casebook as one page."),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as Markdown.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw one case as .png or .svg."),
    ] = None,
    jobs: JobsOption = None,
    cluster: ClusterOption = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Results.  [default: out/cases]"),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document.")
    ] = False,
) -> int:
    """List claims about losses that do not decrease, or measure them.

    Without arguments the cases are listed with their last verdict. An id runs that
    case: every variant with several seeds, then one seed in tf.keras. The exit status
    is 1 where tf.keras does not agree, whatever the verdict.
    """
    store = Store(out or FOLDER)
    pages = [(html, "--html"), (markdown, "--markdown")]
    wanted = [pair for pair in pages if pair[0] is not None]
    if not ids and not all_cases and not wanted:
        if plot is not None:
            raise InputError("--plot draws one case: give its id.")
        _list(store, json)
        return 0
    chosen = select(ids) if ids else list(catalogue().values())
    if plot is not None and len(chosen) != 1:
        raise InputError(f"--plot draws one case. Received: {len(chosen)} cases")
    picture = output.picture(plot)
    for path, option in wanted:
        _check_page(path, option)
    output.make_folder(store.folder, "--out")
    reuse = not ids and not fresh
    outcomes: list[CaseResult] = []
    try:
        with workers_of(jobs, cluster) as workers:
            found = _run_all(chosen, store, reuse, twin, workers, picture, json)
        outcomes.extend(found)
    except _Interrupted as stop:
        output.say(
            f"{len(stop.done)} of {len(chosen)} cases finished; their results are kept "
            f"in {store.folder}."
        )
        if json:
            output.print_json([outcome.report() for outcome in stop.done])
        return INTERRUPTED
    if json:
        output.print_json([outcome.report() for outcome in outcomes])
    if html is not None:
        from optlab.cases.page import write_page

        write_text(html, write_page(outcomes, store))
        output.say(f"casebook: {html}")
    if markdown is not None:
        from optlab.cases.markdown import write_markdown

        write_text(markdown, write_markdown(outcomes))
        output.say(f"casebook: {markdown}")
    return FAILED if any(_differs(outcome) for outcome in outcomes) else 0


class _Interrupted(Exception):
    """Ctrl-C, with what was finished before it."""

    def __init__(self, done: list[CaseResult]) -> None:
        super().__init__()
        self.done = done


def _run_all(
    chosen: Sequence[Case],
    store: Store,
    reuse: bool,
    twin: bool,
    jobs: Jobs,
    picture: Path | None,
    quiet: bool,
) -> list[CaseResult]:
    """Run cases one after the other; keep and show each as it ends."""
    done: list[CaseResult] = []
    alone = len(chosen) == 1
    kept = 0
    for number, case in enumerate(chosen, 1):
        try:
            outcome = store.good(case) if reuse else None
            if outcome is not None and not (twin and _lacks_twin(outcome)):
                kept += 1
            else:
                outcome = _one(case, outcome, store, twin, jobs, picture)
                if not quiet:
                    (_show if alone else _line)(outcome)
                else:
                    output.say(f"{number}/{len(chosen)} {case.id}: {outcome.verdict}")
        except KeyboardInterrupt:
            raise _Interrupted(done) from None
        done.append(outcome)
        if alone and not quiet:
            where = picture or store.folder / f"{case.id}.png"
            output.say(f"picture: {where}")
    if kept:
        output.say(
            f"{kept} of {len(chosen)} results taken from {store.folder}: neither code "
            "nor versions have changed (--fresh runs them again)."
        )
    return done


def _one(
    case: Case,
    outcome: CaseResult | None,
    store: Store,
    twin: bool,
    jobs: Jobs,
    picture: Path | None,
) -> CaseResult:
    """Run one case, or only its twin where the rest is there; keep the result."""
    import datetime

    drawn = None
    if outcome is None:
        from optlab import plots
        from optlab.cases.panels import picture as whole
        from optlab.cases.panels import pictures

        with counting(f"{case.id}: runs", case.runs) as progress:
            outcome, found = run_case(case, jobs=jobs, progress=progress)
        outcome.date = datetime.date.today().isoformat()
        outcome.versions = versions()
        drawn = pictures(case, found)
        store.keep(outcome, drawn)
        plots.save(whole(case, found), picture or store.folder / f"{case.id}.png")
    if twin:
        with _said(f"{case.id}: tf.keras repeats one seed"):
            add_twin(case, outcome)
        store.keep(outcome)
    return outcome


@contextmanager
def _said(text: str) -> Iterator[None]:
    """Show a line on a terminal while something runs."""
    console = output.messages()
    if not console.is_terminal:
        yield
        return
    with console.status(text):
        yield


def _lacks_twin(outcome: CaseResult) -> bool:
    from optlab.validation.runtime import installed

    ran = outcome.agreement["status"] in ("agrees", "differs")
    return not ran and installed("tensorflow")


def _differs(outcome: CaseResult) -> bool:
    return bool(outcome.agreement["status"] == "differs")


def _check_page(path: Path | None, option: str) -> None:
    """See, before any work is done, that a page can be written."""
    if path is None:
        return
    if path.is_dir():
        raise InputError(f"{option}: '{path}' is a folder, not a file.")
    output.check_folder(path.parent, option)


def _list(store: Store, json: bool) -> None:
    """List all cases with their last verdicts."""
    rows = []
    for case in catalogue().values():
        last = store.last(case.id)
        rows.append((case, *(last or (None, False))))
    if json:
        output.print_json(
            [
                {
                    "id": case.id,
                    "article": case.article,
                    "title": case.title,
                    "claim": case.claim,
                    "verdict": None if outcome is None else outcome.verdict,
                    "date": None if outcome is None else outcome.date,
                    "unchanged": unchanged,
                }
                for case, outcome, unchanged in rows
            ]
        )
        return
    table = output.table(
        ["id", "last verdict", "claim"],
        [
            (case.id, _last_verdict(outcome, unchanged), case.title)
            for case, outcome, unchanged in rows
        ],
        left=3,
    )
    console = output.results()
    console.print(table)
    console.print(
        "\noptlab cases ID runs one; --all runs all; --html FILE makes a page of them.",
        markup=False,
    )


def _last_verdict(outcome: CaseResult | None, unchanged: bool) -> Text | str:
    if outcome is None:
        return "-"
    colour = _COLOURS[outcome.verdict]
    age = "" if unchanged else " (older code)"
    return Text.assemble((outcome.verdict, colour), age)


def _line(outcome: CaseResult) -> None:
    """Print one case in a line or two."""
    console = output.results()
    colour = _COLOURS[outcome.verdict]
    console.print(f"{outcome.id:28}[{colour}]{outcome.verdict:9}[/]", end="")
    console.print(outcome.title, markup=False)
    if _differs(outcome):
        console.print(f"{'':28}{outcome.agreement['text']}", markup=False)


def _show(outcome: CaseResult) -> None:
    """Print one case in full."""
    from optlab.cases.tables import columns_of, rows_of

    console = output.results()
    say: Callable[..., None] = console.print
    say(f"{outcome.id}  {outcome.title}", style="bold", markup=False)
    subjects = [
        f"{number}: {ARTICLES[number]}"
        for number in outcome.article.split(", ")
        if number in ARTICLES
    ]
    say("; ".join(subjects), style="dim", markup=False)
    say(f"\nClaim: {outcome.claim}\n", markup=False)
    say(output.table(columns_of(outcome), rows_of(outcome)))
    say("median (lowest to highest) of the seeds\n", style="dim", markup=False)
    for line in outcome.comparisons:
        say(f"- {line}", markup=False)
    verdict = (outcome.verdict, f"bold {_COLOURS[outcome.verdict]}")
    say(Text.assemble("\nThe claim ", verdict, f". {outcome.condition}"))
    say(f"\n{outcome.why}", markup=False)
    if outcome.as_written:
        say(f"\n{outcome.as_written}", markup=False)
    say(f"\n{outcome.agreement['text']}", markup=False)
