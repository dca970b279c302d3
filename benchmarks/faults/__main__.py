"""Run the fault suite and write its figures to docs/reliability.md.

``python -m benchmarks.faults`` kills each command 5 times and sends signals at 3
moments, about ten minutes on an idle machine; ``--kills 100 --moments 5`` is the whole
suite.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.faults.kills import COMMANDS, kill
from benchmarks.faults.signals import MOMENTS, VERBS, WITHIN, send
from benchmarks.faults.starved import TRIALS, hold
from benchmarks.kept import keep
from optlab.pages import write_section

_PAGE = Path("docs") / "reliability.md"
_PARTS = ("starved", "kills", "signals")


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def section(results: dict[str, Any]) -> str:
    """Return the section of the page, from each part's figures."""
    lines: list[str] = []
    if "kills" in results:
        lines += [
            "`kill -9` at random moments, then the same command again, or --resume:",
            "",
        ]
        names = ["killed", "resumed", "same", "orphans", "unclear"]
        head = ["command", "killed", "something kept", "same bits as unbroken"]
        head += ["processes left", "unclear messages"]
        found = results["kills"]["figures"].items()
        lines += _table(head, [[k, *(str(v[n]) for n in names)] for k, v in found])
        lines += [results["kills"]["when"], ""]
    if "signals" in results:
        lines += [
            f"SIGINT and SIGTERM; right is 130 or 143 within {WITHIN:g} s. Early: "
            "before the interpreter had loaded the command.",
            "",
        ]
        names = ["sent", "right", "early", "tracebacks", "orphans", "left"]
        head = ["verb", "sent", "right", "early", "tracebacks", "processes left"]
        head += ["temporary files left", "slowest end, s"]
        rows = [
            [k, *(str(v[n]) for n in names), f"{v['slowest']:.1f}"]
            for k, v in results["signals"]["figures"].items()
        ]
        lines += [*_table(head, rows), results["signals"]["when"], ""]
    if "starved" in results:
        found = results["starved"]["figures"].items()
        rows = [[k, "yes" if held else "NO"] for k, held in found]
        lines += [*_table(["plight", "held"], rows), results["starved"]["when"]]
    return "\n".join(lines)


def main() -> int:
    """Run what was asked for; exit 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("--kills", type=int, default=5, help="of each command")
    parser.add_argument(
        "--moments", type=int, default=3, help=f"of each verb, at most {len(MOMENTS)}"
    )
    parser.add_argument("--parts", nargs="*", default=list(_PARTS), choices=_PARTS)
    parser.add_argument("--verbs", nargs="*", default=list(VERBS), choices=list(VERBS))
    parser.add_argument("--plights", nargs="*", default=list(TRIALS), metavar="TEXT")
    parser.add_argument("--seed", type=int, default=11)
    chosen = parser.parse_args()
    good = True
    for part in chosen.parts:
        began = time.monotonic()
        figures = {}
        for name in _names(part, chosen):
            figures[name] = _measured(part, name, chosen)
            _say(f"{name}: {figures[name]}")
            good = good and _held(part, figures[name], chosen)
        _publish(part, figures, time.monotonic() - began)
    return 0 if good else 1


def _names(part: str, chosen: argparse.Namespace) -> list[str]:
    if part == "starved":
        return [name for name in TRIALS if any(t in name for t in chosen.plights)]
    return list(COMMANDS) if part == "kills" else list(chosen.verbs)


def _measured(part: str, name: str, chosen: argparse.Namespace) -> Any:
    if part == "starved":
        return hold(name)
    if part == "kills":
        return kill(name, chosen.kills, chosen.seed)
    return send(name, chosen.moments, chosen.seed)


def _held(part: str, figures: Any, chosen: argparse.Namespace) -> bool:
    if part == "starved":
        return bool(figures)
    if part == "kills":
        return bool(figures["same"] == chosen.kills and not figures["orphans"])
    return bool(figures["right"] == figures["sent"] and not figures["orphans"])


def _publish(part: str, figures: Any, seconds: float) -> None:
    """Write the page anew, with the figures that the other parts had last."""
    write_section(_PAGE, "faults", section(keep("faults", part, figures, seconds)))


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
