"""Run the fuzz suite and write its figures to docs/reliability.md.

``python -m benchmarks.fuzz`` runs all cases; ``--part`` and ``--cases`` some of them;
``--only PART:N`` one case, with its traceback.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from benchmarks.fuzz.children import PARTS, Tally, one, run
from optlab.pages import write_section

_PAGE = Path("docs") / "reliability.md"
_SEED = 11
_TITLES = {
    "calls": "constructors and methods",
    "arrays": "odd arrays, every index checked",
    "fits": "trainings",
    "files": "damaged files",
}
_WRONG = ("traceback", "raw message", "wrong acceptance", "hang", "death")


def table(tallies: list[Tally], seed: int, seconds: float) -> str:
    """Return the section of the page."""
    head = ["cases", "number", "returned", "refused", *_WRONG]
    lines = [f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    for tally in tallies:
        kinds = ("returned", "refused", *_WRONG)
        figures = [f"{n:,}" for n in (tally.cases, *(tally.kinds[k] for k in kinds))]
        lines.append(f"| {_TITLES[tally.part]} | {' | '.join(figures)} |")
    total = sum(len(tally.findings) for tally in tallies)
    lines.append("")
    lines.append(f"{total} findings; seed {seed}, {seconds / 60:.0f} minutes.")
    return "\n".join(lines)


def main() -> int:
    """Run what the command line asks for; return 1 where there are findings."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz")
    parser.add_argument("--part", choices=sorted(PARTS), action="append")
    parser.add_argument("--cases", type=int, help="of each part; a full run otherwise")
    parser.add_argument("--seed", type=int, default=_SEED)
    parser.add_argument("--only", metavar="PART:N", help="run this one case here")
    chosen = parser.parse_args()
    if chosen.only:
        part, _, number = chosen.only.partition(":")
        print(*one(part, int(number), chosen.seed), sep=": ")
        return 0
    started, tallies, text = time.perf_counter(), [], ""
    for part in chosen.part or PARTS:
        count = chosen.cases or PARTS[part][1]
        tallies.append(run(part, count, chosen.seed, guarded=part == "arrays"))
        for finding in tallies[-1].findings:
            print(finding, flush=True)
        text = table(tallies, chosen.seed, time.perf_counter() - started)
        if not chosen.part and not chosen.cases:
            write_section(_PAGE, "fuzz", text)
    print(text)
    return int(any(tally.findings for tally in tallies))


if __name__ == "__main__":
    raise SystemExit(main())
