"""Measure sweeps, and write the figures to docs/sweeps.md.

``python -m benchmarks.sweeps`` measures all; ``--only engine`` (``picture``,
``memory``, ``table``) one of them. jax is compared with where it and optax are
installed.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from benchmarks.kept import keep, when
from benchmarks.sweeps import engine, picture, stores
from optlab.pages import write_section

_PAGE = Path("docs") / "sweeps.md"
_LINES = {
    "engine": engine.lines,
    "picture": picture.lines,
    "memory": stores.memory_lines,
    "table": stores.table_lines,
}


def main() -> None:
    """Measure what is asked for; write all that was measured last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=_LINES)
    parser.add_argument("--runs", type=int, default=4096, help="of the engine")
    parser.add_argument("--side", type=int, default=512, help="of the picture")
    arguments = parser.parse_args()
    measures: dict[str, Any] = {
        "engine": lambda: engine.measure(arguments.runs),
        "picture": lambda: picture.measure(arguments.side),
        "memory": stores.memory,
        "table": stores.table,
    }
    for part in [arguments.only] if arguments.only else _LINES:
        begin = time.perf_counter()
        figures = measures[part]()
        kept = keep("sweeps", part, figures, time.perf_counter() - begin)
        text = [*_LINES[part](figures), "", when([kept[part]])]
        write_section(_PAGE, f"sweeps-{part}", "\n".join(text))
        print("\n".join(text), flush=True)


if __name__ == "__main__":
    main()
