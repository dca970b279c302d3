"""Where the verbs print: results to standard output, everything else to standard error.

With ``--json`` standard output holds one JSON document and nothing else.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from optlab.errors import InputError
from optlab.plain import finite, plain
from optlab.plots.files import SUFFIXES, checked_path

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Columns of a table that goes to a file or another program.
PIPED_WIDTH = 160


def results() -> Console:
    """Return a console on standard output; colours only where it is a terminal."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPED_WIDTH
    return Console(highlight=False, width=width)


def messages() -> Console:
    """Return a console on standard error."""
    return Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Print one message to standard error, as it is."""
    messages().print(text, markup=False, soft_wrap=True)


def table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | Text]],
    *,
    title: str | None = None,
    left: int = 1,
) -> Table:
    """Lay out a table whose first `left` columns are words and the others figures."""
    head = None if title is None else Text(title)
    laid = Table(title=head, title_justify="left", box=None, pad_edge=False)
    for index, column in enumerate(columns):
        laid.add_column(
            Text(column), justify="left" if index < left else "right", overflow="fold"
        )
    for row in rows:
        laid.add_row(*(Text(c) if isinstance(c, str) else c for c in row))
    return laid


def counted(number: int, thing: str) -> str:
    """Return "1 epoch", "2 epochs"."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def figure(value: float | None, digits: int = 4) -> str:
    """Write a number with `digits` significant digits; a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}g}"


def to_json(document: Any) -> str:
    """Return `document` as strict JSON text: a number that is not finite is null."""
    return json.dumps(plain(document, finite), indent=2, allow_nan=False) + "\n"


def print_json(document: Any) -> None:
    """Print the one JSON document of ``--json``."""
    sys.stdout.write(to_json(document))


def check_folder(path: Path, option: str) -> Path:
    """See that files can be written in the folder `path`, which may have to be made.

    Nothing is made yet, so that a command which is refused later leaves nothing behind.

    Raises
    ------
    InputError
        If it cannot be; `option` says where the name came from.
    """
    there = next(p for p in [path.absolute(), *path.absolute().parents] if p.exists())
    problem = ""
    if not there.is_dir():
        problem = f"'{there}' is a file"
    elif not os.access(there, os.W_OK | os.X_OK):
        problem = f"no permission to write in '{there}'"
    if problem:
        raise InputError(f"{option}: cannot write in the folder '{path}': {problem}.")
    return path


def make_folder(path: Path, option: str) -> Path:
    """Make the folder `path` where it is missing.

    Raises
    ------
    InputError
        If that fails; `option` says where the name came from.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{option}: cannot make the folder '{path}': {error.strerror}."
        ) from error
    return path


@contextmanager
def alone_in(path: Path, option: str) -> Iterator[None]:
    """Make a folder, and keep other commands from writing into it meanwhile.

    The system lets go of the lock when this process ends, however it ends.

    Raises
    ------
    InputError
        If the folder cannot be made, or another process writes into it.
    """
    make_folder(path, option)
    lock = path / ".lock"
    try:
        handle = _locked(lock)
    except BlockingIOError:
        raise InputError(
            f"{option}: another optlab is writing in '{path}'. Wait for it, or give "
            "another folder."
        ) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)
        os.close(handle)
        with contextlib.suppress(OSError):
            path.rmdir()  # where nothing was left in it


def _locked(path: Path) -> int:
    """Open and lock a file; the one that has the name, not one just unlinked."""
    try:
        import fcntl
    except ImportError:  # there is no such lock on Windows
        return os.open(path, os.O_CREAT | os.O_RDWR)
    while True:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.stat(path).st_ino == os.fstat(handle).st_ino:
                return handle
        except FileNotFoundError:
            pass
        except BlockingIOError:
            os.close(handle)
            raise
        os.close(handle)


def picture(path: Path | None, option: str = "--plot") -> Path | None:
    """Check, before any work is done, that a picture can be written as `path`.

    Raises
    ------
    InputError
        If the suffix is not that of a known format or the folder cannot be written.
    """
    if path is None:
        return None
    if path.suffix.lower() not in SUFFIXES or path.parent.is_dir():
        return checked_path(path)
    check_folder(path.parent, option)
    return path


def save_picture(drawing: Figure | Axes, path: Path, option: str = "--plot") -> Path:
    """Write a picture, its folder made where it is missing; return its path."""
    from optlab import plots

    make_folder(path.parent, option)
    return plots.save(drawing, path)
