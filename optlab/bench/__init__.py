"""Benchmarks: subjects, peers, proof of parity, timing side by side, tables."""

from optlab.bench.case import Benchmark, ParityError, Subject
from optlab.bench.engine import run, run_case
from optlab.bench.peers import PEERS, Peer, select
from optlab.bench.plan import Plan
from optlab.bench.suites import SUITES

__all__ = [
    "PEERS",
    "SUITES",
    "Benchmark",
    "ParityError",
    "Peer",
    "Plan",
    "Subject",
    "run",
    "run_case",
    "select",
]
