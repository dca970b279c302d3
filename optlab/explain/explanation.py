"""The arithmetic of a few steps as a table, and its forms: text, dictionary, JSON."""

from __future__ import annotations

import json
import math
import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np

from optlab.notebook import drawn, explanation_html
from optlab.plain import plain

Cell = Any


@dataclass(frozen=True)
class Explanation:
    """Every number of a few steps of an optimizer, by name.

    Attributes
    ----------
    optimizer : str
        The class's name.
    summary : str
        What it does, in one line.
    config : dict
        Its arguments.
    dtype : str
        In what the numbers were computed.
    formula : tuple of str
        The lines of the rule, in order: first what a step needs once, then what each
        parameter needs. Empty where the source cannot be read.
    constants : dict of str to number
        What appears in the formula and was the same in every row.
    columns : tuple of str
        The names of the columns: "t", "g", intermediates in the order they were
        computed, "parameter".
    rows : tuple of tuple
        One row a step. Cells are NumPy scalars of `dtype` (arrays where the start is
        one), or None where a step did not get that far.
    start : NumPy scalar or ndarray
        The parameter before the first step.
    """

    optimizer: str
    summary: str
    config: dict[str, Any]
    dtype: str
    formula: tuple[str, ...]
    constants: dict[str, Cell]
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    start: Cell

    def column(self, name: str) -> list[Cell]:
        """Return one column from the first step to the last."""
        position = self.columns.index(name)
        return [row[position] for row in self.rows]

    def to_dict(self) -> dict[str, Any]:
        """Return plain Python numbers, ready for JSON.

        A number has the fewest digits that give it back in `dtype`; NaN and infinities
        are the strings "nan", "inf" and "-inf", which JSON has no numbers for.
        """
        return {
            "optimizer": self.optimizer,
            "summary": self.summary,
            "config": plain(self.config, _real, repr),
            "dtype": self.dtype,
            "formula": list(self.formula),
            "constants": {k: plain(v, _real) for k, v in self.constants.items()},
            "columns": list(self.columns),
            "rows": [[plain(cell, _real) for cell in row] for row in self.rows],
            "start": plain(self.start, _real),
        }

    def to_json(self, indent: int | None = None) -> str:
        """Return `to_dict` as one JSON document."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)

    def formatted(self, digits: int = 6) -> list[list[str]]:
        """Return the rows as text, `digits` significant digits a number."""
        return [[format_cell(cell, digits) for cell in row] for row in self.rows]

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        return explanation_html(self)

    def plot(self, title: str | None = None) -> Any:
        """Draw it: see `optlab.plots.plot_explanation`."""
        return drawn("plot_explanation", self, title)

    def __str__(self) -> str:
        """Return formula, constants and table as text."""
        return self.text()

    def text(self, digits: int = 6, width: int | None = None) -> str:
        """Return formula, constants and table with `digits` significant digits.

        Where the table is wider than `width` characters it is turned: a row for each
        name, a column for each step.
        """
        constants = ", ".join(
            f"{name} = {format_cell(value, digits)}"
            for name, value in self.constants.items()
        )
        lines = _aligned([list(self.columns), *self.formatted(digits)])
        if width is not None and max(map(len, lines)) > width:
            turned = zip(self.columns, *self.formatted(digits), strict=True)
            lines = _aligned([list(row) for row in turned], left=1)
        head = f"{self.optimizer}: {self.summary}"
        formula = [f"    {line}" for line in self.formula]
        wrapped = [constants] if width is None else textwrap.wrap(constants, width)
        parts = [[head], formula, wrapped if constants else [], lines]
        return "\n\n".join("\n".join(part) for part in parts if part)


def _aligned(rows: list[list[str]], left: int = 0) -> list[str]:
    """Return rows of cells as lines, the first `left` columns flush left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if k < left else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]


def format_cell(cell: Cell, digits: int = 6) -> str:
    """Return a cell as text: an empty string for None, lists in brackets."""
    if cell is None:
        return ""
    if isinstance(cell, np.ndarray):
        return "[" + ", ".join(format_cell(part, digits) for part in cell) + "]"
    if isinstance(cell, (bool, np.bool_, int, np.integer, str)):
        return str(cell)
    return f"{float(cell):.{digits}g}"


def _real(number: Any) -> float | str:
    """Return the shortest number that a float is; as text where JSON has none."""
    # str() of a NumPy scalar is the shortest text that gives it back.
    return float(str(number)) if math.isfinite(number) else str(float(number))
