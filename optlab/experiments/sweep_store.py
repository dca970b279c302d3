"""The points of a sweep in an SQLite file, each kept when it is done.

A sweep that was killed goes on with what is missing. The table ``points`` has a row for
each run: ``settings`` (JSON, dotted path -> value), ``seed``, ``status``, ``message``,
and ``loss`` and ``val_loss`` at the end. The view ``runs`` adds ``summary``, which is
`Run.summary`, and ``directions`` (JSON both). pandas reads them with ``read_sql``. What
is kept is written twice a second and at the end: a kill costs half a second of runs.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optlab.errors import InputError
from optlab.experiments.sweep_results import Point, Sweep, compared, row_of
from optlab.plain import finite, plain

if TYPE_CHECKING:
    from optlab.experiments.experiment import Experiment

_TABLES = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE IF NOT EXISTS points (
    settings TEXT, seed INTEGER, status TEXT, message TEXT, loss REAL, val_loss REAL,
    place INTEGER, PRIMARY KEY (settings, seed)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS summaries (
    place INTEGER PRIMARY KEY, summary TEXT, directions TEXT
);
CREATE VIEW IF NOT EXISTS runs AS SELECT * FROM points NATURAL JOIN summaries;
"""
_COLUMNS = ("status", "message", "summary", "directions")
_first = itemgetter(0)
#: Seconds between two writes to the disk.
_EVERY = 0.5


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
            query = "SELECT count(*) FROM points"
            self._held = self._file.execute(query).fetchone()[0]
            self._written = time.monotonic()
            if self._held and not resume:
                raise InputError(
                    f"{self.path} holds {self._held} points already; "
                    "--resume goes on with what is missing."
                )
            with self._file:
                self._file.executemany(
                    "INSERT OR REPLACE INTO about VALUES (?, ?)", mine.items()
                )

    def kept(self, settings: Mapping[str, Any], seed: int) -> dict[str, Any] | None:
        """Return what was kept of a run, by the names of a point's attributes."""
        if not self._held:
            return None
        query = f"SELECT {', '.join(_COLUMNS)} FROM runs WHERE settings=? AND seed=?"
        with self._errors():
            row = self._file.execute(query, (_text(settings), seed)).fetchone()
        if row is None:
            return None
        found = dict(zip(_COLUMNS, row, strict=True))
        for name in ("summary", "directions"):
            found[name] = json.loads(found[name])
        return found

    def keep(self, point: Point) -> None:
        """Keep a run; one that was refused is tried again another time."""
        if point.status == "refused":
            return
        texts = json.dumps(plain(point.summary, finite)), json.dumps(point.directions)
        with self._errors():
            place = self._file.execute(
                "INSERT INTO summaries (summary, directions) VALUES (?, ?)", texts
            ).lastrowid
            values = (
                _text(point.settings),
                point.seed,
                point.status,
                point.message,
                point.last("loss"),
                point.last("val_loss"),
                place,
            )
            self._file.execute(
                "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?, ?)", values
            )
        if time.monotonic() - self._written >= _EVERY:
            self.commit()

    def halves(self, path: str) -> None:
        """Note that `path` sets the length of trainings; the longest ones count."""
        with self._errors(), self._file:
            self._file.execute(
                "INSERT OR REPLACE INTO about VALUES ('length', ?)", (path,)
            )

    def commit(self) -> None:
        """Write what was kept to the disk."""
        with self._errors():
            self._file.commit()
        self._written = time.monotonic()

    def close(self) -> None:
        """Write what was kept, and close the file."""
        try:
            self.commit()
        finally:
            self._file.close()

    def best(self, by: str | None, most: int) -> Sweep:
        """Return the best settings of all that is kept; see `read_sweep`."""
        with self._errors():
            return _best(self._file, by, most)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        with _errors(self.path):
            yield


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise InputError(f"Cannot use {path}: {error}.") from error


def read_sweep(
    path: str | os.PathLike[str], by: str | None = None, most: int = 20
) -> Sweep:
    """Read the best settings of a sweep that is kept in a file, finished or not.

    Parameters
    ----------
    path : path
        What `SweepStore` wrote.
    by : str, optional
        The figure to compare; "val_loss" where there is one, else "loss".
    most : int
        How many settings; `Sweep.left_out` counts the others.

    Raises
    ------
    InputError
        If there is no such file, or it is none of ours.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file {path}.")
    with _errors(path):
        file = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return _best(file, by, most)
        finally:
            file.close()


def _best(file: sqlite3.Connection, by: str | None, most: int) -> Sweep:
    columns = ", ".join(_COLUMNS)
    some = f"SELECT settings, seed, {columns} FROM runs"
    points = [_point(row) for row in file.execute(f"{some} LIMIT 100")]
    figure, maximize = compared(points, by)
    counts = dict(file.execute("SELECT status, count(*) FROM points GROUP BY status"))
    length = dict(file.execute("SELECT name, value FROM about")).get("length")
    rows = []
    for text in _first_settings(file, figure, maximize, most, length):
        found = file.execute(f"{some} WHERE settings=? ORDER BY seed", (text,))
        own = tuple(_point(row) for row in found)
        rows.append(row_of(json.loads(text), own, figure, maximize))
    grid: dict[str, list[Any]] = {}
    for row in rows:
        for path, value in row.settings.items():
            if value not in grid.setdefault(path, []):
                grid[path].append(value)
    count = "SELECT count(DISTINCT settings) FROM points"
    left_out = file.execute(count).fetchone()[0] - len(rows)
    finalists = 0
    if length is not None and rows:
        longest = rows[0].settings.get(length)
        finalists = sum(row.settings.get(length) == longest for row in rows)
    return Sweep(
        grid,
        figure,
        maximize,
        tuple(rows),
        left_out=left_out,
        counts=counts,
        finalists=finalists,
    )


def _first_settings(
    file: sqlite3.Connection,
    figure: str,
    maximize: bool,
    most: int,
    length: str | None,
) -> list[str]:
    """Return the settings with the best medians; the database sorts a million soon.

    With the path of a length those of the longest trainings come first.
    """
    worst, way = ("-9e999", "DESC") if maximize else ("9e999", "ASC")
    value, table, words = figure, "points", ()
    if figure not in ("loss", "val_loss"):
        value, table = "json_extract(summary, ?)", "runs"
        words = (f'$.metrics."{figure}".last',)  # type: ignore[assignment]
    values = (
        f"SELECT settings, CASE WHEN status = 'diverged' THEN {worst} "
        f"ELSE coalesce({value}, {worst}) END AS value FROM {table}"
    )
    low, high = file.execute("SELECT min(seed), max(seed) FROM points").fetchone()
    if low != high:
        values = (
            "SELECT settings, avg(value) AS value FROM (SELECT settings, value, "
            "row_number() OVER (PARTITION BY settings ORDER BY value) AS place, "
            f"count(*) OVER (PARTITION BY settings) AS number FROM ({values})) "
            "WHERE place IN ((number + 1) / 2, number / 2 + 1) GROUP BY settings"
        )
    path = () if length is None else (f'$."{length}"',)
    longest = "json_extract(settings, ?) DESC, " * len(path)
    order = f"{longest}value {way}, settings"
    query = f"SELECT settings FROM ({values}) ORDER BY {order} LIMIT ?"
    return [row[0] for row in file.execute(query, (*words, *path, most))]


def _point(row: tuple[Any, ...]) -> Point:
    settings, seed, status, message, summary, directions = row
    return Point(
        json.loads(settings),
        seed,
        status,
        json.loads(summary),
        json.loads(directions),
        message,
    )


def _text(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)
