"""Where a cluster is: ``tcp://scheduler:8786``, or ``local:4`` for one made here."""

from __future__ import annotations

import re
import socket
import struct

from optlab.errors import InputError

#: Seconds that a scheduler has to answer.
PATIENCE = 5.0
#: Bytes that a scheduler's greeting may have; it is some hundred.
_GREETING = 1 << 20

_LOCAL = re.compile(r"local:([1-9]\d{0,3})")
_REMOTE = re.compile(r"(tcp|tls)://(\[[0-9A-Fa-f:.]+\]|[\w.-]+):(\d{1,5})")


def local_count(where: str) -> int | None:
    """Return how many workers to start here; None for a scheduler elsewhere.

    Raises
    ------
    InputError
        If the words are neither.

    Examples
    --------
    >>> local_count("local:4"), local_count("tcp://scheduler:8786")
    (4, None)
    """
    local = _LOCAL.fullmatch(where)
    if local:
        return int(local[1])
    if not _REMOTE.fullmatch(where):
        raise InputError(
            "A cluster is tcp://HOST:PORT, where a Dask scheduler listens, or local:N, "
            f"N worker processes on this machine. Received: {where!r}"
        )
    return None


def check_answers(where: str, patience: float = PATIENCE) -> None:
    """Raise where no scheduler answers; a client of Dask may wait for ever.

    Parameters
    ----------
    where : str
        ``tcp://host:port`` or ``tls://host:port``.
    patience : float
        Seconds.

    Raises
    ------
    InputError
        If nothing listens there, or what does speaks otherwise.
    """
    kind, host, port = _REMOTE.fullmatch(where).groups()  # type: ignore[union-attr]
    start = "start one there with `dask scheduler`"
    try:
        place = host.strip("[]"), int(port)
        with socket.create_connection(place, timeout=patience) as link:
            # TLS waits for the client to speak; without it the scheduler greets.
            greeting = link.recv(8, socket.MSG_WAITALL) if kind == "tcp" else None
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"No Dask scheduler answers at {where} ({why}); {start}."
        ) from error
    if greeting is not None and not _greets(greeting):
        raise InputError(f"What listens at {where} is no Dask scheduler; {start}.")


def _greets(head: bytes) -> bool:
    """Whether these are the first bytes of a message of Dask: its length."""
    return len(head) == 8 and struct.unpack("<Q", head)[0] < _GREETING
