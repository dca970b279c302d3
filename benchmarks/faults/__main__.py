"""Run the fault suite and write its figures to docs/reliability.md.

``python -m benchmarks.faults`` kills each command 5 times and sends signals at 3
moments, about ten minutes on an idle machine; ``--kills 100 --moments 5`` is the whole
suite.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.faults.kills import COMMANDS, kill
from benchmarks.faults.signals import MOMENTS, VERBS, WITHIN, send
from benchmarks.faults.starved import TRIALS, hold
from benchmarks.kept import keep, when
from optlab.pages import write_section

_PAGE = Path("docs") / "reliability.md"
_PARTS = ("starved", "kills", "signals")


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def section(kept: dict[str, Any]) -> str:
    """Return the section of the page, from the figures of each part and name."""
    lines: list[str] = []
    for part in _PARTS:
        found = {
            key.removeprefix(f"{part}: "): measured
            for key, measured in kept.items()
            if key.startswith(f"{part}: ")
        }
        if found:
            head, rows = _TABLES[part]
            lines += [_LEADS[part], ""] if part in _LEADS else []
            lines += _table(
                head, [rows(name, m["figures"]) for name, m in found.items()]
            )
            lines += [when(found.values()), ""]
    return "\n".join(lines)


_LEADS = {
    "kills": "`kill -9` at random moments, then the same command again, or --resume:",
    "signals": f"SIGINT and SIGTERM; right is 130 or 143 within {WITHIN:g} s, without "
    "a traceback. Early, which counts as right: Python had not yet loaded a line of "
    "optlab, and ended in its own way.",
}
_KILLED = ("tried", "killed", "resumed", "same", "orphans", "unclear")
_SENT = ("sent", "right", "early", "orphans", "left")
#: Part -> the head of its table, and a row of it.
_TABLES: dict[str, tuple[list[str], Callable[[str, Any], list[str]]]] = {
    "kills": (
        [
            "command",
            "times",
            "killed before its end",
            "something kept",
            "same bits as unbroken",
            "processes left",
            "unclear messages",
        ],
        lambda name, found: [name, *(str(found[key]) for key in _KILLED)],
    ),
    "signals": (
        [
            "verb",
            "sent",
            "right",
            "early",
            "processes left",
            "temporary files left",
            "slowest end, s",
        ],
        lambda name, found: [
            name,
            *(str(found[key]) for key in _SENT),
            f"{found['slowest']:.1f}",
        ],
    ),
    "starved": (
        ["plight", "held"],
        lambda name, found: [name, "yes" if found else "NO"],
    ),
}


def main() -> int:
    """Run what was asked for; exit 1 where something did not hold."""
    # What a shell starts in the background ignores Ctrl-C, and so would all verbs.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("--kills", type=int, default=5, help="of each command")
    parser.add_argument(
        "--moments", type=int, default=3, help=f"of each verb, at most {len(MOMENTS)}"
    )
    parser.add_argument("--parts", nargs="*", default=list(_PARTS), choices=_PARTS)
    parser.add_argument(
        "--commands", nargs="*", default=list(COMMANDS), choices=list(COMMANDS)
    )
    parser.add_argument("--verbs", nargs="*", default=list(VERBS), choices=list(VERBS))
    parser.add_argument("--plights", nargs="*", default=list(TRIALS), metavar="TEXT")
    parser.add_argument("--seed", type=int, default=11)
    chosen = parser.parse_args()
    good = True
    for part in chosen.parts:
        for name in _names(part, chosen):
            began = time.monotonic()
            for figures in _measured(part, name, chosen):
                seconds = time.monotonic() - began
                kept = keep("faults", f"{part}: {name}", figures, seconds)
            _say(f"{name}: {figures}")
            good = good and _held(part, figures)
            write_section(_PAGE, "faults", section(kept))
    return 0 if good else 1


def _names(part: str, chosen: argparse.Namespace) -> list[str]:
    if part == "starved":
        return [name for name in TRIALS if any(t in name for t in chosen.plights)]
    if part == "kills":
        return list(chosen.commands) if chosen.kills else []
    return list(chosen.verbs)


def _measured(part: str, name: str, chosen: argparse.Namespace) -> Iterator[Any]:
    """Yield figures, the last of them complete."""
    if part == "starved":
        yield hold(name)
    elif part == "kills":
        yield from kill(name, chosen.kills, chosen.seed)
    else:
        yield send(name, chosen.moments, chosen.seed)


def _held(part: str, figures: Any) -> bool:
    if part == "starved":
        return bool(figures)
    if part == "kills":
        return bool(figures["same"] == figures["tried"] and not figures["orphans"])
    return bool(figures["right"] == figures["sent"] and not figures["orphans"])


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
