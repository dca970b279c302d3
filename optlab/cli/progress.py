"""A live line on a terminal's standard error while something runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from optlab.cli import output

#: What lines of progress begin with, where standard error is no terminal.
PROGRESS = "progress: "
#: Seconds between two of them.
_EVERY = 15.0
#: A share of the runs from which the time left is said: the first ones compile.
_FEW = 0.01
#: Seconds between two states of the live line.
_REDRAWN = 0.1
#: Later on, this share of the time so far.
_LATER = 0.1
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

    For runs of minutes whose standard error is a file or another program. The lines
    come less and less often: some thirty in the first hour.
    """
    started = last = time.perf_counter()

    def tick(done: int) -> None:
        nonlocal last
        now = time.perf_counter()
        if now - last >= max(_EVERY, (now - started) * _LATER):
            last = now
            seconds = now - started
            line = f"{PROGRESS}{done} of {total} {what} after {seconds:.0f} s"
            if _FEW * total < done < total:
                line += f", about {seconds * (total - done) / done:.0f} s left"
            output.messages().print(line, markup=False, highlight=False, soft_wrap=True)

    return tick


@contextmanager
def counting(name: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of `total` runs are done; give the function that counts one.

    With the rate and the time that is left: in a live line on a terminal, elsewhere in
    a line now and then.
    """
    console = output.messages()
    done, started = 0, time.perf_counter()
    if not console.is_terminal:
        tick = ticking(total, "runs")

        def count() -> None:
            nonlocal done
            done += 1
            tick(done)

        yield count
        return
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=_BAR),
        TextColumn("{task.fields[figures]}", markup=False),
    )
    with Progress(*columns, console=console) as shown:
        room = console.width - _BAR - 2 - len(_figures_of(total, total, 1e6))
        task = shown.add_task(fitted(name, [], room)[0], total=total, figures="")

        drawn = 0.0

        def draw(seconds: float) -> None:
            nonlocal drawn
            drawn = seconds
            figures = _figures_of(done, total, seconds)
            shown.update(task, completed=done, figures=figures)

        def advance() -> None:
            nonlocal done
            done += 1
            seconds = time.perf_counter() - started
            if seconds - drawn >= _REDRAWN:
                draw(seconds)

        try:
            yield advance
        finally:
            draw(time.perf_counter() - started)


def _figures_of(done: int, total: int, seconds: float) -> str:
    """Return the count, the rate since the start, and the time that is left at it.

    Runs in lock step end many at a time, so that a rate of the last seconds would jump.
    """
    rate = done / max(seconds, 1e-9)
    shown = f"{rate:.0f}/s" if rate >= 10 else f"{rate:.2g}/s"
    seconds_left = (total - done) / rate if done else 0.0
    days = round(seconds_left / 86400)
    left = f"{days} days" if days > 1 else str(timedelta(seconds=round(seconds_left)))
    return f"{done}/{total}  {shown}  {left} left"


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
