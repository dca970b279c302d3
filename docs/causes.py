"""Write the catalogue of causes, and measured results, into docs/diagnosis.md.

    python docs/causes.py                        # the catalogue, from the registry
    python docs/causes.py --results results.json # and the figures, from the benchmark

`python -m benchmarks.diagnosis --out results.json` makes the results.
"""

import argparse
import json
import platform
import sys
from pathlib import Path
from typing import Any

from optlab.diagnosis.causes import CAUSES
from optlab.diagnosis.text import GROUPS
from optlab.diagnosis.thresholds import TABLE
from optlab.files import write_text
from optlab.pages import placed

PAGE = Path(__file__).resolve().with_name("diagnosis.md")


def main() -> int:
    """Write the page anew; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--results", type=Path)
    parser.add_argument("--page", type=Path, default=PAGE)
    chosen = parser.parse_args()
    text = placed(chosen.page.read_text("utf-8"), "catalogue", catalogue())
    text = placed(text, "thresholds", thresholds())
    if chosen.results is not None:
        found = json.loads(chosen.results.read_text("utf-8"))
        text = placed(text, "results", results(found))
    write_text(chosen.page, text)
    return 0


def catalogue() -> str:
    """Return every cause: definition, symptom, test and cure."""
    parts = []
    for prefix, group in GROUPS.items():
        parts.append(f"### {group.capitalize()}\n")
        for name, cause in CAUSES.items():
            if not name.startswith(f"{prefix}."):
                continue
            summary = (cause.test.__doc__ or "").strip().splitlines()[0]
            parts += [
                f"**{name}**: {cause.definition}\n",
                f"- Symptom: {cause.symptom}",
                f"- Test: {summary}",
                f"- Cure: {cause.cure}\n",
            ]
    return "\n".join(parts).rstrip()


def thresholds() -> str:
    """Return every threshold of a verdict, with what it was set on."""
    rows = ["| name | value | what it decides | set on |", "|---|---|---|---|"]
    rows += [f"| {t.name} | {t.value:g} | {t.meaning} | {t.cases} |" for t in TABLE]
    return "\n".join(rows)


def results(found: dict[str, Any]) -> str:
    """Return the figures of a benchmark as a table."""
    figures, cases = found["figures"], found["cases"]
    faulty = sum(not case["healthy"] for case in cases)
    rows = [
        f"On {len(cases)} set-ups, {faulty} of them faulty "
        f"({platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}):",
        "",
        "| figure | value |",
        "|---|---|",
    ]
    for name, value in figures.items():
        shown = f"{value:.1f}" if "seconds" in name else f"{value:.1%}"
        rows.append(f"| {name} | {shown} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
