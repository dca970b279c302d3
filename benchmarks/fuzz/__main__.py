"""Run the fuzz suite and write its figures to docs/reliability.md.

``python -m benchmarks.fuzz`` runs all cases; ``--part`` and ``--cases`` some of them;
``--only PART:N`` one case, with its traceback.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from benchmarks.fuzz.children import PARTS, one, run
from benchmarks.kept import keep, when
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


def section(kept: dict[str, Any]) -> str:
    """Return the section of the page, from each part's figures."""
    head = ["cases", "number", "returned", "refused", *_WRONG]
    lines = [f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    parts = [part for part in PARTS if part in kept]
    for part in parts:
        counts = kept[part]["figures"]
        kinds = ("returned", "refused", *_WRONG)
        figures = [f"{n:,}" for n in (counts["cases"], *map(counts.get, kinds))]
        lines.append(f"| {_TITLES[part]} | {' | '.join(figures)} |")
    lines.append("")
    lines.append(when(kept.values()))
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
    good = True
    for part in chosen.part or PARTS:
        began = time.perf_counter()
        count = chosen.cases or PARTS[part][1]
        tally = run(part, count, chosen.seed, guarded=part == "arrays")
        for finding in tally.findings:
            print(finding, flush=True)
        counts = {kind: tally.kinds[kind] for kind in ("returned", "refused", *_WRONG)}
        print(f"{_TITLES[part]}: {tally.cases} cases, {counts}")
        good = good and not tally.findings
        if not chosen.cases:
            counts = {"cases": tally.cases, **counts}
            kept = keep("fuzz", part, counts, time.perf_counter() - began)
            write_section(_PAGE, "fuzz", section(kept))
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
