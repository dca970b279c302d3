"""The points of a sweep in an SQLite file, each kept when it is done.

A sweep that was killed goes on with what is missing. The table ``points`` has a row for
each run: ``settings`` (JSON, dotted path -> value), ``seed``, ``status``, ``message``,
``summary`` and ``directions`` (JSON); pandas reads it with ``read_sql``. What is kept
is written twice a second and at the end, so that a kill costs half a second of runs.
"""

from __future__ import annotations

import heapq
import json
import math
import os
import sqlite3
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
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
    settings TEXT, seed INTEGER, status TEXT, message TEXT,
    summary TEXT, directions TEXT, PRIMARY KEY (settings, seed)
);
"""
_COLUMNS = ("status", "message", "summary", "directions")
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
        query = f"SELECT {', '.join(_COLUMNS)} FROM points WHERE settings=? AND seed=?"
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
        values = (
            _text(point.settings),
            point.seed,
            point.status,
            point.message,
            json.dumps(plain(point.summary, finite)),
            json.dumps(point.directions),
        )
        with self._errors():
            self._file.execute(
                "INSERT OR REPLACE INTO points VALUES (?, ?, ?, ?, ?, ?)", values
            )
        if time.monotonic() - self._written >= _EVERY:
            self.commit()

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
    some = f"SELECT settings, seed, {columns} FROM points"
    points = [_point(row) for row in file.execute(f"{some} LIMIT 100")]
    figure, maximize = compared(points, by)
    place = "$.loss.last" if figure == "loss" else f'$.metrics."{figure}".last'
    worst = -math.inf if maximize else math.inf
    values: dict[str, list[float]] = {}
    counts: dict[str, int] = {}
    query = "SELECT settings, status, json_extract(summary, ?) FROM points"
    for settings, status, value in file.execute(query, (place,)):
        counts[status] = counts.get(status, 0) + 1
        if value is None or status == "diverged" or not math.isfinite(value):
            value = worst
        values.setdefault(settings, []).append(value)
    medians = {
        settings: each[0] if len(each) == 1 else statistics.median(each)
        for settings, each in values.items()
    }
    choose = heapq.nlargest if maximize else heapq.nsmallest
    chosen = choose(most, medians, key=lambda settings: medians[settings])
    rows = []
    for text in chosen:
        found = file.execute(f"{some} WHERE settings=? ORDER BY seed", (text,))
        own = tuple(_point(row) for row in found)
        rows.append(row_of(json.loads(text), own, figure, maximize))
    grid: dict[str, list[Any]] = {}
    for row in rows:
        for path, value in row.settings.items():
            if value not in grid.setdefault(path, []):
                grid[path].append(value)
    left_out = len(values) - len(rows)
    return Sweep(grid, figure, maximize, tuple(rows), left_out=left_out, counts=counts)


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
