"""What a command may lack around it: streams, their encoding, a home."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import Any


def prepare() -> None:
    """Make do with what is there, so that no verb needs to know."""
    _open_streams()
    for stream in (sys.stdout, sys.stderr):
        _replace_unknown(stream)
    _find_home()


def _open_streams() -> None:
    """Put something in the place of a stream that was closed, as by ``>&-``.

    Its number would else be given to the next file that is opened, and what is printed
    end up there.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        opened = os.open(os.devnull, os.O_RDWR)
        if opened != number:
            os.dup2(opened, number)
            os.close(opened)
        mode = "w" if number else "r"
        stream = open(number, mode, encoding="utf-8", closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _replace_unknown(stream: Any) -> None:
    """Let a character that the encoding lacks be printed as "?", not be an error."""
    if getattr(stream, "errors", None) == "strict" and hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")


def _find_home() -> None:
    """Where there is no home, neither in HOME nor for the user, take a private folder.

    It is one below the folder of temporary files, and the user's alone; where it is
    not, nothing is kept.
    """
    try:
        Path.home()
    except RuntimeError:
        folder = Path(tempfile.gettempdir()) / f"optlab-{os.getuid()}"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            found = folder.lstat()
            ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
            private = ours and not found.st_mode & 0o077
        except OSError:
            private = False
        os.environ["HOME"] = str(folder) if private else os.devnull
