"""Run the command line as a user does, in a process that can be disturbed."""

from __future__ import annotations

import contextlib
import os
import resource
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Seconds after which a command hangs.
_HANGS = 300.0


@dataclass(frozen=True)
class Ended:
    """How a command ended.

    Attributes
    ----------
    status : int
        Its exit status; -9 where it was killed.
    out, err : str
        What it printed.
    seconds : float
        From the start, or from the signal where one was sent, to the end.
    orphans : int
        Processes of its own that were there a moment after it.
    sent : bool
        Whether the signal came before its end.
    """

    status: int
    out: str
    err: str
    seconds: float
    orphans: int = 0
    sent: bool = False

    @property
    def clear(self) -> bool:
        """Whether nothing in its messages is a bug's."""
        bad = ("Traceback", "internal error", "Exception ignored", "Fatal Python")
        return not any(word in self.err for word in bad)

    @property
    def early(self) -> bool:
        """Whether a signal met the interpreter before it had loaded a line of ours."""
        by_itself = self.status in (-signal.SIGINT, -signal.SIGTERM)
        ours = f"{os.sep}optlab{os.sep}" in self.err or "internal error" in self.err
        return by_itself or (not self.clear and not ours)


def optlab(
    words: Sequence[str],
    folder: Path,
    *,
    number: int | None = None,
    after: float = 0.0,
    largest_file: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Ended:
    """Run a command in a folder to its end, or until a signal is sent.

    Parameters
    ----------
    words : sequence of str
        After ``optlab``.
    folder : Path
        Where it runs; its temporary files go to ``folder/tmp``.
    number : int, optional
        A signal to send.
    after : float
        Seconds after the start until then.
    largest_file : int, optional
        Bytes; a longer file cannot be written, as if the disk were full.
    environment : mapping, optional
        Changes of the environment.
    """
    temporary = folder / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(8)  # of this command and of what it starts
    marked = {"TMPDIR": str(temporary), "OPTLAB_FAULTS": mark}
    process = subprocess.Popen(
        [sys.executable, "-m", "optlab", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **marked, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=None if largest_file is None else _limit(largest_file),
    )
    began = time.monotonic()
    sent = False
    if number is not None:
        try:
            process.wait(after)
        except subprocess.TimeoutExpired:
            began, sent = time.monotonic(), True
            process.send_signal(number)
    try:
        out, err = process.communicate(timeout=_HANGS)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
    seconds = time.monotonic() - began
    time.sleep(0.3 if number is not None else 0.0)
    orphans = _of(mark)
    for pid in orphans:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return Ended(process.returncode, out, err, seconds, len(orphans), sent)


def _limit(size: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def _of(mark: str) -> list[int]:
    """Return the processes that carry a mark in their environment."""
    entry_of_mark = f"OPTLAB_FAULTS={mark}\0".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if entry_of_mark in entry.read_bytes() + b"\0":
                found.append(int(entry.parent.name))
        except OSError:
            continue  # it has ended, or is another user's
    return found
