"""Trainings on a cluster of `dask.distributed`, or on a small one made here."""

from optlab.cluster.cluster import Cluster

__all__ = ["Cluster"]
