"""The machine that the figures come from, and what fits into its memory."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from optlab.errors import InputError
from optlab.memory import memory as memory

#: Packages whose versions a figure depends on.
PACKAGES = (
    "numpy",
    "numba",
    "tensorflow",
    "keras",
    "torch",
    "jax",
    "optax",
    "scikit-learn",
)
#: The part of the free memory that a case may take.
_SHARE = 0.9
#: What makes two machines the same one, in `describe`'s words.
_IDENTITY = ("node", "system", "machine", "processor_name", "cpu_count")


def describe() -> dict[str, Any]:
    """Return the machine in the words of pytest-benchmark's ``machine_info``."""
    name = processor_name()
    return {
        "node": platform.node(),
        "processor": platform.processor(),
        "processor_name": name,
        "machine": platform.machine(),
        "system": platform.system(),
        "release": platform.release(),
        "python_version": platform.python_version(),
        "python_implementation": platform.python_implementation(),
        "cpu_count": usable_cpus(),
        "caches": caches(),
        "memory_bytes": memory("MemTotal"),
        "load": list(os.getloadavg()) if hasattr(os, "getloadavg") else None,
        "omp_wait_policy": os.environ.get("OMP_WAIT_POLICY"),
        "cpu": {"brand_raw": name, "count": usable_cpus()},
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of optlab and of what it is measured against."""
    found = {}
    for package in ("optlab", *PACKAGES):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def now() -> str:
    """Return the time, UTC, as pytest-benchmark writes it."""
    return datetime.now(UTC).isoformat()


def usable_cpus() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def processor_name() -> str:
    """Return the processor's name, as far as the system tells it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.lower().startswith(("model name", "hardware")):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def caches() -> dict[str, int]:
    """Return the bytes of each level of cache of the first processor, where told."""
    found: dict[str, int] = {}
    root = Path("/sys/devices/system/cpu/cpu0/cache")
    for folder in sorted(root.glob("index*")):
        try:
            kind = (folder / "type").read_text().strip()
            level = (folder / "level").read_text().strip()
            size = (folder / "size").read_text().strip()
        except OSError:
            continue
        if kind != "Instruction" and size.endswith("K"):
            found[f"L{level}"] = int(size[:-1]) * 1024
    return found


def fits(needed: int) -> bool:
    """Say whether so many bytes can be taken without pushing others out."""
    free = memory("MemAvailable")
    return free is None or needed <= free * _SHARE


def check_memory(needed: int, what: str) -> None:
    """Refuse what does not fit, before anything is allocated.

    Parameters
    ----------
    needed : int
        Bytes.
    what : str
        What they are for.

    Raises
    ------
    InputError
        If there is less memory free.
    """
    if not fits(needed):
        free = memory("MemAvailable") or 0
        raise InputError(
            f"{what} needs {readable(needed)} ({needed} bytes), and "
            f"{readable(free)} are free. Take a smaller size or fewer peers."
        )


def readable(count: float) -> str:
    """Write a number of bytes with a unit."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Say in which words two machines differ; nothing for the same one."""
    return [
        f"{name}: {one.get(name)!r} and {other.get(name)!r}"
        for name in _IDENTITY
        if one.get(name) != other.get(name)
    ]
