"""A live line on a terminal's standard error while something runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from optlab.cli import output

#: What lines of progress begin with, where standard error is no terminal.
PROGRESS = "progress: "
#: Seconds between two of them.
_EVERY = 15.0
#: At most so many figures of an epoch.
_MOST_FIGURES = 4
#: Characters of the bar; of all that never gives way: the bar, the time, the blanks.
_BAR = 24
_FIXED = _BAR + len("0:00:00") + 4


@contextmanager
def live(name: str) -> Iterator[Callable[[dict[str, Any]], None] | None]:
    """Show a run's progress; give the hook that `optlab.fit` calls.

    Where standard error is no terminal nothing is shown, and the hook is None.
    """
    console = output.messages()
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_BAR),
        TextColumn("{task.fields[counted]}", markup=False),
        TimeElapsedColumn(),
        TextColumn("{task.fields[figures]}", markup=False),
    )
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(name, total=None, counted="", figures="")

        def hook(state: dict[str, Any]) -> None:
            counted = _counted(state)
            room = console.width - len(counted) - _FIXED
            short, figures = fitted(name, _figures(state["logs"]), room)
            shown.update(
                task,
                description=short,
                total=state["steps"],
                completed=state["step"],
                counted=counted,
                figures=figures,
            )

        yield hook


def ticking(total: int, what: str) -> Callable[[int], None]:
    """Return a function of how many are done, which says so now and then.

    For runs of minutes whose standard error is a file or another program.
    """
    started = last = time.perf_counter()

    def tick(done: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= _EVERY:
            last = now
            line = f"{PROGRESS}{done} of {total} {what} after {now - started:.0f} s"
            output.messages().print(line, markup=False, highlight=False)

    return tick


@contextmanager
def counting(name: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of `total` things are done; give the function that counts one."""
    console = output.messages()
    if not console.is_terminal:
        yield lambda: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_BAR),
        MofNCompleteColumn(),
        Remaining(),
    )
    with Progress(*columns, console=console) as shown:
        task = shown.add_task(name, total=total)
        yield lambda: shown.advance(task)


def _counted(state: dict[str, Any]) -> str:
    if "epoch" in state:
        return f"epoch {state['epoch'] + 1}/{state['epochs']}"
    return f"step {state['step']}/{state['steps']}"


def fitted(name: str, figures: list[str], room: int) -> tuple[str, str]:
    """Return a name and figures that fit into `room` characters.

    Figures are left out from the last on, then the name is shortened.
    """
    while figures and len("  ".join([name, *figures])) > room:
        figures = figures[:-1]
    if len(name) > room:
        name = name[: max(room - 1, 0)] + "…" * (room > 0)
    return name, "  ".join(figures)


def _figures(logs: dict[str, float]) -> list[str]:
    shown = [item for item in logs.items() if item[0] != "learning_rate"]
    return [f"{name} {value:.4g}" for name, value in shown[:_MOST_FIGURES]]
