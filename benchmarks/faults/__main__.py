"""Run the fault suite and write its figures to docs/reliability.md.

``python -m benchmarks.faults`` kills each command 5 times and sends signals at 3
moments, about ten minutes on an idle machine; ``--kills 100 --moments 5`` is the whole
suite.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.faults.kills import COMMANDS, kill
from benchmarks.faults.signals import MOMENTS, VERBS, WITHIN, send
from benchmarks.faults.starved import TRIALS, hold
from optlab.pages import write_section

_PAGE = Path("docs") / "reliability.md"


def _table(head: list[str], rows: list[list[str]]) -> list[str]:
    lines = [f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]


def section(
    kills: dict[str, dict[str, Any]],
    signals: dict[str, dict[str, Any]],
    starved: dict[str, bool],
    seconds: float,
) -> str:
    """Return the section of the page."""
    lines: list[str] = []
    if kills:
        lines += [
            "`kill -9` at random moments, then the same command again, or --resume:",
            "",
        ]
        names = ["killed", "resumed", "same", "orphans", "unclear"]
        head = ["command", "killed", "something kept", "same bits as unbroken"]
        head += ["processes left", "unclear messages"]
        lines += _table(
            head, [[k, *(str(v[n]) for n in names)] for k, v in kills.items()]
        )
    if signals:
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
            for k, v in signals.items()
        ]
        lines += _table(head, rows)
    if starved:
        rows = [[k, "yes" if held else "NO"] for k, held in starved.items()]
        lines += _table(["plight", "held"], rows)
    processors = os.cpu_count() or 1
    load = os.getloadavg()[0] / processors
    today = datetime.date.today().isoformat()
    lines.append(
        f"{today}, {seconds / 60:.0f} minutes, {processors} processors under a load "
        f"of {load:.1f} each."
    )
    return "\n".join(lines)


def main() -> int:
    """Run what was asked for; exit 1 where something did not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults")
    parser.add_argument("--kills", type=int, default=5, help="of each command")
    parser.add_argument(
        "--moments", type=int, default=3, help=f"of each verb, at most {len(MOMENTS)}"
    )
    parser.add_argument("--verbs", nargs="*", default=list(VERBS), choices=list(VERBS))
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--no-page", action="store_true", help="only print")
    chosen = parser.parse_args()
    began = time.monotonic()
    starved = {}
    for name in TRIALS:
        starved[name] = hold(name)
        _say(f"{name}: {'held' if starved[name] else 'NO'}")
    kills = {}
    for name in COMMANDS if chosen.kills else ():
        kills[name] = kill(name, chosen.kills, chosen.seed)
        _say(f"{name}: {kills[name]}")
    signals = {}
    for verb in chosen.verbs if chosen.moments else ():
        signals[verb] = send(verb, chosen.moments, chosen.seed)
        _say(f"{verb}: {signals[verb]}")
    text = section(kills, signals, starved, time.monotonic() - began)
    sys.stdout.write(text + "\n")
    if not chosen.no_page:
        write_section(_PAGE, "faults", text)
    good = all(starved.values())
    good &= all(v["same"] == chosen.kills and not v["orphans"] for v in kills.values())
    good &= all(v["right"] == v["sent"] and not v["orphans"] for v in signals.values())
    return 0 if good else 1


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
