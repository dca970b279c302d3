"""Delimited text files: separator, header, and the place of every broken cell."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from optlab.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

SEPARATORS = (",", ";", "\t", "|")
#: Texts that were meant as numbers: decimal commas, thousands, currencies, percents.
_NUMBER_LIKE = re.compile(r"[$€£]?\s*[+-]?\d+([.,]\d+)*\s*[%$€£]?")


def number_like(text: str) -> bool:
    """Whether a text that does not parse was probably meant as a number."""
    return _NUMBER_LIKE.fullmatch(text.strip()) is not None


def _separator(line: str) -> str:
    return max(SEPARATORS, key=line.count)


def _records(path: Path, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield line number (from 1) and cells of every record that is not blank."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=separator, skipinitialspace=True)
        before = 0
        for record in reader:
            start, before = before + 1, reader.line_num
            if record:
                yield start, record


def _header(path: Path) -> tuple[str, list[str]]:
    """Return the separator and the column names, or say what is wrong with them."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = next((line for line in file if line.strip()), "")
    if not first:
        raise InputError(f"{path} is empty; its first line must hold the column names.")
    separator = _separator(first)
    names = [name.strip() for name in next(_records(path, separator))[1]]
    if all(number_like(name) for name in names):
        raise InputError(
            f"{path}: the first line must hold the column names. "
            f"Received: {', '.join(names[:4])}{', ...' if len(names) > 4 else ''}"
        )
    if "" in names:
        index = " Write it without an index: to_csv(index=False)." * (not names[0])
        raise InputError(
            f"{path}: column {names.index('') + 1} of {len(names)} has no name in the "
            f"first line.{index}"
        )
    refuse_duplicates(path, names)
    return separator, names


def refuse_duplicates(path: Path, names: list[str]) -> None:
    """Raise where two columns of a file have one name."""
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise InputError(
            f"{path}: the column name {twice[0]!r} stands "
            f"{Counter(names)[twice[0]]} times; names must be unique."
        )


def line_of(path: Path, separator: str, row: int) -> int:
    """Return the line (from 1) on which the data row `row` (from 0) begins."""
    for index, (line, _) in enumerate(_records(path, separator)):
        if index == row + 1:
            return line
    return row + 2


def _refuse_ragged(path: Path, separator: str, names: list[str]) -> None:
    """Raise for the first row that has more or fewer cells than there are names."""
    for line, record in _records(path, separator):
        if len(record) != len(names):
            raise InputError(
                f"{path}, line {line}: expected {len(names)} cells, one a column. "
                f"Received: {len(record)}"
            )


def read_csv(path: Path) -> tuple[pd.DataFrame, str]:
    """Read a delimited file as pandas infers its columns.

    Parameters
    ----------
    path : Path
        UTF-8 text, first line column names, separated by comma, semicolon, tab or bar.

    Returns
    -------
    frame : DataFrame
    separator : str

    Raises
    ------
    InputError
        If the file is empty, is not UTF-8, has no header, two columns of one name, or
        a row with the wrong number of cells.
    """
    import pandas as pd

    try:
        separator, names = _header(path)
        _refuse_ragged(path, separator, names)
        frame = pd.read_csv(
            path,
            sep=separator,
            header=0,
            names=names,
            index_col=False,
            skipinitialspace=True,
            low_memory=False,
            encoding="utf-8-sig",
        )
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text: byte {error.start} is "
            f"0x{error.object[error.start]:02x}."
        ) from None
    except (csv.Error, pd.errors.ParserError) as error:
        raise InputError(f"{path} is not a readable CSV file: {error}") from None
    return frame, separator
