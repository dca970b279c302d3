"""Where a cluster is: ``tcp://scheduler:8786``, or ``local:4`` for one made here."""

from __future__ import annotations

import re
import socket
import ssl
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
        If nothing listens there, or what does speaks otherwise; of TLS also if the
        certificates are missing, or do not fit.
    """
    kind, host, port = _REMOTE.fullmatch(where).groups()  # type: ignore[union-attr]
    context = _tls(where) if kind == "tls" else None
    start = "start one there with `dask scheduler`"
    link = None
    try:
        place = host.strip("[]"), int(port)
        with socket.create_connection(place, timeout=patience) as link:
            if context is None:
                greeting = link.recv(8, socket.MSG_WAITALL)
            else:
                with context.wrap_socket(link) as safe:
                    greeting = safe.recv(8)
    except ssl.SSLCertVerificationError as error:
        raise InputError(
            f"The scheduler at {where} shows a certificate that is not signed by the "
            f"authority in distributed.comm.tls.ca-file ({error.verify_message})."
        ) from error
    except ssl.SSLError as error:
        raise InputError(
            f"What listens at {where} does not speak TLS, or not with these "
            f"certificates ({error.reason}); without TLS it is tcp://{host}:{port}."
        ) from error
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        if isinstance(error, TimeoutError) and link is not None:
            why, start = "it says nothing", f"if it uses TLS it is tls://{host}:{port}"
        raise InputError(
            f"No Dask scheduler answers at {where} ({why}); {start}."
        ) from error
    if not _greets(greeting):
        raise InputError(f"What listens at {where} is no Dask scheduler; {start}.")


def _tls(where: str) -> ssl.SSLContext:
    """Return what Dask's configuration says of certificates."""
    from distributed.security import Security

    known = Security()
    try:
        context = known.get_connection_args("client").get("ssl_context")
    except (OSError, ValueError) as error:  # no such file, or no certificate in it
        files = known.tls_ca_file, known.tls_client_cert, known.tls_client_key
        raise InputError(
            "The certificates of Dask's configuration, distributed.comm.tls, cannot be "
            f"used: {', '.join(map(str, files))}: {error}"
        ) from error
    if context is None:
        raise InputError(
            f"{where} needs certificates: ca-file, client.cert and client.key of "
            "distributed.comm.tls in Dask's configuration, such as "
            "DASK_DISTRIBUTED__COMM__TLS__CA_FILE=ca.pem in the environment."
        )
    found: ssl.SSLContext = context
    return found


def _greets(head: bytes) -> bool:
    """Whether these are the first bytes of a message of Dask: its length."""
    return len(head) == 8 and struct.unpack("<Q", head)[0] < _GREETING
