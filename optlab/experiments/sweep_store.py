"""The points of a sweep in an SQLite file, each kept when it is done.

A sweep that was killed goes on with what is missing. The table ``points`` has a row for
each run: ``settings`` (JSON, dotted path -> value), ``seed``, ``status``, ``message``,
``summary`` and ``directions`` (JSON); pandas reads it with ``read_sql``.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS points (
    settings TEXT, seed INTEGER, status TEXT, message TEXT,
    summary TEXT, directions TEXT, PRIMARY KEY (settings, seed)
);
"""
_COLUMNS = ("status", "message", "summary", "directions")


class SweepStore:
    """Points by settings and seed, in a file.

    Parameters
    ----------
    path : path
        The file; its folder is made where it is missing.
    experiment : Experiment
        What is swept; a file with another one's points is refused.
    resume : bool
        Whether the file may hold points already.

    Raises
    ------
    InputError
        If the file cannot be written, is none of ours, holds points of another
        experiment, or holds points and `resume` is false.
    """

    def __init__(
        self, path: str | os.PathLike[str], experiment: Experiment, resume: bool = False
    ) -> None:
        self.path = Path(path)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"Cannot write {self.path}: {error.strerror}.") from error
        with self._errors():
            self._file = sqlite3.connect(self.path)
            self._file.executescript(_TABLES)
            about = dict(self._file.execute("SELECT name, value FROM about"))
            mine = {"fingerprint": experiment.fingerprint}
            mine["experiment"] = experiment.to_toml()
            if about.get("fingerprint", mine["fingerprint"]) != mine["fingerprint"]:
                raise InputError(
                    f"{self.path} holds a sweep of another experiment; give another "
                    "file."
                )
            count = self._file.execute("SELECT count(*) FROM points").fetchone()[0]
            if count and not resume:
                raise InputError(
                    f"{self.path} holds {count} points already; --resume goes on with "
                    "what is missing."
                )
            with self._file:
                self._file.executemany(
                    "INSERT OR REPLACE INTO about VALUES (?, ?)", mine.items()
                )

    def kept(self, settings: Mapping[str, Any], seed: int) -> dict[str, Any] | None:
        """Return what was kept of a run, by the names of a point's attributes."""
        query = f"SELECT {', '.join(_COLUMNS)} FROM points WHERE settings=? AND seed=?"
        with self._errors():
            row = self._file.execute(query, (_text(settings), seed)).fetchone()
        if row is None:
            return None
        found = dict(zip(_COLUMNS, row, strict=True))
        for name in ("summary", "directions"):
            found[name] = json.loads(found[name])
        return found

    def keep(self, point: Any) -> None:
        """Keep a run; one that was refused is tried again another time."""
        if point.status == "refused":
            return
        values = (
            _text(point.settings),
            point.seed,
            point.status,
            point.message,
            json.dumps(point.summary),
            json.dumps(point.directions),
        )
        with self._errors(), self._file:
            self._file.execute(
                "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)", values
            )

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise InputError(f"Cannot use {self.path}: {error}.") from error


def _text(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)
