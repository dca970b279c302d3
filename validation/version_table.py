"""Merge what several versions of TensorFlow answered into one Markdown page."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Exceptions of a program that names what its version does not have.
_ABSENT = re.compile(
    r"^(AttributeError|ImportError|ModuleNotFoundError|NameError)\b"
    r"|unexpected keyword argument|not recognized|Unable to find|Could not locate"
)
#: Failures of the parity matrix that are named per version.
_SHOWN = 5


@dataclass(frozen=True)
class Measured:
    """The answers of one version: ``{"error": text}`` where there is none."""

    version: str
    behaviours: dict[str, Any]
    matrix: dict[str, Any]

    @property
    def heading(self) -> str:
        """The exact versions, as the head of a column."""
        exact = self.behaviours.get("versions")
        if exact is None:
            return f"TensorFlow {self.version}"
        return (
            f"TensorFlow {exact['tensorflow']}, Keras {exact['keras']}, "
            f"NumPy {exact['numpy']}"
        )

    def outcomes(self) -> dict[str, dict[str, Any]]:
        """Return Keras's outcome of each behaviour, by id."""
        entries = self.behaviours.get("behaviours", [])
        return {entry["id"]: entry["outcomes"][0] for entry in entries}


def cell(outcome: dict[str, Any] | None) -> str:
    """Describe one behaviour on one version."""
    if outcome is None:
        return "not measured"
    if outcome["status"] == "failed":
        absent = _ABSENT.search(outcome["error"])
        return f"{'not there' if absent else 'failed'}: {outcome['error']}"
    figures = ", ".join(
        f"{name} = {_figure(value)}" for name, value in outcome["measured"].items()
    )
    return f"{outcome['status']}: {figures}"


def _figure(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def differing(measured: Sequence[Measured]) -> tuple[list[list[str]], int]:
    """Return the rows of behaviours that do not hold everywhere, and how many do.

    A row is the id, the statement, and a cell per version. A version without any
    answer is left out of the judgement.
    """
    answered = [one.outcomes() for one in measured if "error" not in one.behaviours]
    says = {
        entry["id"]: entry["says"]
        for one in measured
        for entry in one.behaviours.get("behaviours", [])
    }
    rows = []
    for name, statement in says.items():
        found = [outcomes.get(name) for outcomes in answered]
        if any(one is None or one["status"] != "holds" for one in found):
            cells = [cell(one.outcomes().get(name)) for one in measured]
            rows.append([f"`{name}`", statement, *cells])
    return rows, len(says) - len(rows)


def verdict(measured: Measured) -> str:
    """Describe the parity matrix of one version, naming its first failures."""
    matrix = measured.matrix
    if not matrix:
        return "not run"
    if "error" in matrix:
        return f"could not run: {matrix['error']}"
    failed = [row for row in matrix["results"] if not row["passed"]]
    if not failed:
        return str(matrix["verdict"])
    named = ", ".join(
        " ".join(filter(None, (row["subject"], row["dtype"], row["mode"])))
        for row in failed[:_SHOWN]
    )
    more = len(failed) - _SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return f"{matrix['verdict']} Outside: {named}{rest}"


def _behaviours(steady: int, heads: list[str], rows: list[list[str]]) -> list[str]:
    """Say which entries of the catalogue do not hold everywhere."""
    if not rows:
        return [f"All {steady} entries of `optlab behaviours` hold on each of them."]
    return [
        f"{steady} of {steady + len(rows)} entries of `optlab behaviours` hold on every"
        ' version measured. The others, where "changed" means other figures than the'
        " catalogue's:",
        "",
        *_table(["behaviour", "statement", *heads], rows),
    ]


def page(
    measured: Sequence[Measured], day: datetime.date, command: str, supported: str
) -> str:
    """Return the whole page, with its date and the command that wrote it.

    Parameters
    ----------
    measured : sequence of Measured
        One a version.
    day : date
        When that was.
    command : str
        What wrote the page.
    supported : str
        What setup.cfg asks for: "tensorflow>=2.20".
    """
    rows, steady = differing(measured)
    heads = [one.heading for one in measured]
    silent = [
        f"- {one.heading} could not be measured: {one.behaviours['error']}"
        for one in measured
        if "error" in one.behaviours
    ]
    lines = [
        "# What changes between versions of TensorFlow",
        "",
        f"Measured on {day.isoformat()} with",
        "",
        f"    {command}",
        "",
        "Each TensorFlow has the Keras of its time, or the oldest that is supported."
        f" What optlab supports is what setup.cfg asks for, `{supported}`: the versions"
        " on which every comparison of `optlab verify` is within its tolerance. Before"
        " Keras 3.14 layers penalized their outputs otherwise, and in float32 also"
        " where they compute in float64; TensorFlow 2.18 has another vector power, so"
        " Ftrl and Lamb differ; 2.16 and 2.17 need NumPy 1.",
        "",
        *([*silent, ""] if silent else []),
        "## Behaviours",
        "",
        *_behaviours(steady, heads, rows),
        "",
        "## Parity with tf.keras",
        "",
        "The quick matrix of `optlab verify`:",
        "",
        *_table(
            ["version", "verdict"], [[one.heading, verdict(one)] for one in measured]
        ),
    ]
    return "\n".join(lines) + "\n"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        clean = (" ".join(text.split()).replace("|", r"\|") for text in cells)
        return f"| {' | '.join(clean)} |"

    return [line(heads), line(["---"] * len(heads)), *map(line, rows)]
