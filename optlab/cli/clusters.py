"""``--jobs`` and ``--cluster``: where a verb makes its runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from optlab.cli import output
from optlab.errors import InputError
from optlab.workers import Jobs


@contextmanager
def workers_of(jobs: int | None, cluster: str | None) -> Iterator[Jobs]:
    """Give what runs are made by; say where a cluster can be watched.

    Parameters
    ----------
    jobs : int, optional
        Worker processes of this machine.
    cluster : str, optional
        As `optlab.cluster.Cluster` takes it.

    Raises
    ------
    InputError
        If both are given, or as `Cluster`.
    """
    if cluster is None:
        yield jobs
        return
    if jobs is not None:
        raise InputError("--cluster stands instead of --jobs: local:N starts N here.")
    from optlab.cluster import Cluster

    with Cluster(cluster, say=output.say) as found:
        output.say(f"dashboard: {found.dashboard}")
        yield found
