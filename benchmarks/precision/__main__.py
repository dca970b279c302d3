"""Train twenty problems with few bits, and time a step; write docs/low-precision.md.

python -m benchmarks.precision [--seeds N] [--processes N] [--size N] [--threads N]
                               [--losses | --times] [--no-page]
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path

import numba

from benchmarks.precision import losses, times
from benchmarks.precision.problems import PROBLEMS, STEPS
from optlab.bench.machine import processor_name, usable_cpus
from optlab.pages import write_section

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "low-precision.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.precision")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--size", type=float, default=5e7, help="parameters timed")
    parser.add_argument("--rounds", type=int, default=9, help="steps timed")
    parser.add_argument("--threads", type=int, default=numba.get_num_threads())
    parser.add_argument("--processes", type=int, default=2, help="for the losses")
    parser.add_argument("--losses", action="store_true", help="only these")
    parser.add_argument("--times", action="store_true", help="only these")
    parser.add_argument("--no-page", action="store_true", help="print only")
    chosen = parser.parse_args(arguments)
    today = datetime.date.today().isoformat()
    if not chosen.times:
        found = []
        for cell in losses.cells(PROBLEMS, chosen.seeds, chosen.processes):
            found.append(cell)
            if not cell.within:
                print(f"{cell.problem}, {cell.inner}, {cell.kept}: {cell.shift:.1f}")
        head = (
            f"Measured {today}: {len(PROBLEMS)} problems, {STEPS} steps, "
            f"{chosen.seeds} seeds."
        )
        told(chosen.no_page, "losses", f"{head}\n\n{losses.table(found)}")
    if not chosen.losses:
        seconds = times.timed(int(chosen.size), chosen.rounds, chosen.threads)
        counted = "processor time of one thread"
        if chosen.threads > 1:
            counted = f"{chosen.threads} threads"
        head = (
            f"Measured {today} at {chosen.size:.0e} parameters, {counted}, on "
            f"{usable_cpus()} x {processor_name()}."
        )
        told(chosen.no_page, "times", f"{head}\n\n{times.table(seconds)}")
    return 0


def told(no_page: bool, section: str, text: str) -> None:
    """Print a part, and write it into the page."""
    print(text)
    if not no_page:
        write_section(_PAGE, section, text)


if __name__ == "__main__":
    raise SystemExit(main())
