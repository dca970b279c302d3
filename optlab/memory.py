"""Whether there is room for arrays, asked before any of them is made."""

from __future__ import annotations

import os
from pathlib import Path

from optlab.errors import InputError


def memory(field: str) -> int | None:
    """Return a field of /proc/meminfo in bytes; elsewhere all memory, if known."""
    try:
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def check_room(needed: int, what: str) -> None:
    """Raise where `needed` bytes are more than there are.

    Parameters
    ----------
    needed : int
        An estimate of all that will be allocated.
    what : str
        What for, in the plural: "The model's weights and their gradients".

    Raises
    ------
    InputError
        If there is not enough; the message has both figures.
    """
    # Below this nobody runs short, and asking costs more than allocating.
    if needed < 2**27:
        return
    room = memory("MemAvailable")
    if room is not None and needed > room:
        raise InputError(
            f"{what} need {needed / 2**30:,.1f} GiB; there are {room / 2**30:,.1f} GiB "
            "of memory left."
        )
