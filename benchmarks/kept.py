"""Figures of suites that are measured in parts, kept until their page is written."""

from __future__ import annotations

import datetime
import json
import os
from pathlib import Path
from typing import Any

from optlab.files import write_text

FOLDER = Path("out")


def keep(suite: str, part: str, figures: Any, seconds: float) -> dict[str, Any]:
    """Keep the figures of one part; return all parts as they were last measured.

    Parameters
    ----------
    suite, part : str
        Their file is ``out/SUITE.json``.
    figures : JSON value
    seconds : float
        What the part took.

    Returns
    -------
    dict
        Part -> {"figures": ..., "when": a sentence}.
    """
    path = FOLDER / f"{suite}.json"
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    kept[part] = {"figures": figures, "when": _when(seconds)}
    FOLDER.mkdir(exist_ok=True)
    write_text(path, json.dumps(kept, indent=1))
    return kept


def _when(seconds: float) -> str:
    processors = os.cpu_count() or 1
    load = os.getloadavg()[0] / processors
    return (
        f"{datetime.date.today().isoformat()}, {seconds / 60:.0f} minutes, "
        f"{processors} processors under a load of {load:.1f} each."
    )
