"""Write the tables of README.md and docs/benchmarks.md from results of `optlab bench`.

    optlab bench all --out results.json --plot docs/benchmarks.png
    python docs/tables.py results.json [MORE.json ...]

The README's stand between two comments; all of docs/benchmarks.md is written anew.
Several files are shown one after the other, each with its machine, versions and date.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from optlab.bench import report
from optlab.bench.results import read, rows
from optlab.cli.output import write_text
from optlab.errors import InputError
from optlab.pages import placed

ROOT = Path(__file__).resolve().parent.parent
SECTION = "written by docs/tables.py"

#: The tables whose cases the README shows.
SHORT = ("Adam step, one tensor", "Adam step, many tensors", "fit")

HEAD = """# Benchmarks

Written by `python docs/tables.py`, from results of `optlab bench`: do not edit.

Every subject computes the same as optlab, which was proved before it was timed; the
subjects of a case took turns, round after round. *Ratio* is a subject's time over
optlab's, the median over the rounds: both times of a round are a moment apart, so a
slow second of the machine slows both. *Spread* is half the distance of the quartiles of
the times, *least* the shortest of them. *Limit* reads and writes the arrays of an
optimizer's step without its arithmetic, and *of limit* is its time over the subject's:
1 is as fast as memory allows. A star marks the fastest peer.

The load at the end is that of the whole machine: where it is above the number of
processors, others were computing. Threads that wait for each other in busy loops
(torch's, Numba's) suffer most; `OMP_WAIT_POLICY=passive optlab bench` then gives
steadier figures, and the line above the tables says so.

![Nanoseconds a parameter against the size of the tensor, and bars of best peer's time
over optlab's](benchmarks.png)
"""


def main() -> int:
    """Read the results, write the page and the README; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("results", type=Path, nargs="+")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    arguments = parser.parse_args()
    try:
        found = [read(path) for path in arguments.results]
        check_whole(found)
        readme = placed(
            arguments.readme.read_text(encoding="utf-8"),
            SECTION,
            "\n".join(report.markdown_summary(one, SHORT) for one in found),
        )
        pages = [report.markdown(one) for one in found]
        write_text(arguments.page, "\n".join([HEAD, *pages]))
        write_text(arguments.readme, readme)
    except (InputError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def check_whole(found: list[dict[str, Any]]) -> None:
    """Refuse to publish what was interrupted, or lacks the cases of the README."""
    if any(one.get("optlab", {}).get("interrupted") for one in found):
        raise InputError("The run was interrupted; publish a whole one.")
    groups = {row.group for one in found for row in rows(one)}
    lacking = [group for group in SHORT if group not in groups]
    if lacking:
        raise InputError(f"No results for the README's table of {', '.join(lacking)}.")


if __name__ == "__main__":
    sys.exit(main())
