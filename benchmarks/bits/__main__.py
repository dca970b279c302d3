"""Train the same models in many environments; compare the bits of the weights.

    python -m benchmarks.bits [--repeat 2] [--page docs/reliability.md]

The exit status is 1 where a job gives two results in environments that must agree.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bits.jobs import JOBS
from optlab.pages import write_section

#: Threads of Numba and of the BLAS, each in an environment of its own.
THREADS = [(loops, blas) for loops in (1, 2, 4) for blas in (1, 2, 4)]
#: What Numba compiles for: environments in which the loops are other instructions.
PROCESSORS = {
    "this processor": {},
    "AVX2": {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma"},
    "x86-64 baseline": {"NUMBA_CPU_NAME": "x86-64", "NUMBA_CPU_FEATURES": "+sse2"},
}
X86 = platform.machine().lower() in ("x86_64", "amd64")


def environments(repeat: int, cold: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a name and the variables of every environment."""
    for loops, blas in THREADS:
        threads = {"NUMBA_NUM_THREADS": str(loops), "OPENBLAS_NUM_THREADS": str(blas)}
        for number in range(repeat):
            yield f"{loops} and {blas} threads, run {number + 1}", threads
    yield "a cold cache", {"NUMBA_CACHE_DIR": cold}
    yield "a warm cache", {"NUMBA_CACHE_DIR": cold}
    for name, variables in PROCESSORS.items() if X86 else ():
        if variables:
            folder = {"NUMBA_CACHE_DIR": str(Path(cold) / name.replace(" ", "-"))}
            yield f"Numba compiles for {name}", variables | folder


def main() -> int:
    """Run every environment and write the section; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bits")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--jobs", nargs="+", choices=list(JOBS), default=[])
    parser.add_argument("--page", type=Path, help="write the section of this page")
    chosen = parser.parse_args()
    seen: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    count = 0
    with tempfile.TemporaryDirectory() as cold:
        for name, variables in environments(chosen.repeat, cold):
            print(name, file=sys.stderr, flush=True)
            command = [sys.executable, "-m", "benchmarks.bits.jobs", *chosen.jobs]
            done = subprocess.run(
                command,
                env={**os.environ, **variables},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            count += 1
            for job, bits in json.loads(done.stdout).items():
                seen[job][bits].append(name)
    text = section(seen, count)
    print(text)
    if chosen.page is not None:
        write_section(chosen.page, "bits", text)
    return int(any(len(found) > 1 for found in seen.values()))


def section(seen: dict[str, dict[str, list[str]]], count: int) -> str:
    """Return the table: a job, its bits, and who disagrees."""
    same = sum(len(found) == 1 for found in seen.values())
    lines = [
        f"`make bits`: {same} of {len(seen)} jobs gave the same bits in all of "
        f"{count} environments: every combination of 1, 2 and 4 threads of Numba and "
        "of the BLAS, each more than once, a cold and a warm cache, and code compiled "
        f"for other processors. {platform.machine()}, Python "
        f"{platform.python_version()}.",
        "",
        "| job | SHA-256 of the weights, first 16 digits | environments |",
        "| --- | --- | --- |",
    ]
    for job, found in seen.items():
        most = max(found, key=lambda bits: len(found[bits]))
        for bits, names in found.items():
            where = f"{len(names)} of {count}" if bits == most else ", ".join(names)
            lines.append(f"| {job} | `{bits}` | {where} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
