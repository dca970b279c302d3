"""Figures of suites that are measured in parts, kept until their page is written."""

from __future__ import annotations

import datetime
import json
import os
import re
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
        Part -> {"figures": ..., "when": a sentence}.
    """
    folder = FOLDER / suite
    folder.mkdir(parents=True, exist_ok=True)
    measured = {"part": part, "figures": figures, "when": _when(seconds)}
    name = re.sub(r"\W+", "-", part)
    write_text(folder / f"{name}.json", json.dumps(measured, indent=1))
    found = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    return {each.pop("part"): each for each in found}


def _when(seconds: float) -> str:
    processors = os.cpu_count() or 1
    load = os.getloadavg()[0] / processors
    return (
        f"{datetime.date.today().isoformat()}, {seconds / 60:.0f} minutes, "
        f"{processors} processors under a load of {load:.1f} each."
    )
