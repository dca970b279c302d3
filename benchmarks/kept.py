"""Figures of suites that are measured in parts, kept until their page is written."""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from optlab.files import write_text

FOLDER = Path("out")


def keep(suite: str, part: str, figures: Any, seconds: float) -> dict[str, Any]:
    """Keep the figures of one part; return all parts as they were last measured.

    Parameters
    ----------
    suite, part : str
        Each part has a file in ``out/SUITE``, so that several can run side by side.
    figures : JSON value
    seconds : float
        What the part took.

    Returns
    -------
    dict
        Part -> {"figures": ..., "date": ..., "seconds": ..., "load": ...}, the load
        that of the machine over its processors, at the end.
    """
    folder = FOLDER / suite
    folder.mkdir(parents=True, exist_ok=True)
    measured = {
        "part": part,
        "figures": figures,
        "date": datetime.date.today().isoformat(),
        "seconds": seconds,
        "load": os.getloadavg()[0] / (os.cpu_count() or 1),
    }
    name = re.sub(r"\W+", "-", part)
    write_text(folder / f"{name}.json", json.dumps(measured, indent=1))
    found = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return {each.pop("part"): each for each in found}


def when(parts: Iterable[dict[str, Any]]) -> str:
    """Return a sentence: when some parts were measured, in what time, how disturbed."""
    measured = list(parts)
    dates = sorted({each["date"] for each in measured})
    minutes = sum(each["seconds"] for each in measured) / 60
    loads = [each["load"] for each in measured]
    days = " to ".join(dict.fromkeys((dates[0], dates[-1])))
    return (
        f"Measured {days} in {minutes:.0f} minutes, "
        f"{os.cpu_count()} processors under a load of {min(loads):.1f} to "
        f"{max(loads):.1f} each."
    )
