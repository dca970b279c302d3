"""Train the same models in many environments; compare the bits of the weights.

    python -m benchmarks.bits [--targets "as it is" AVX2] [--repeat 20]

For each processor to compute as if on: every number of threads of Numba and of the
BLAS, each in two processes of half the repetitions, the first of all with a cold cache.
Then, for the processor as it is, an installed wheel; and for the others each part of
the software alone, to say which one another processor's bits come from. The exit status
is 1 where a job gives two results on one processor.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.bits import jobs
from benchmarks.bits.targets import Parts, missing, targets, variables
from benchmarks.kept import keep, when
from optlab.pages import write_section

_PAGE = Path("docs") / "reliability.md"
#: Threads of Numba and of the BLAS: eight environments.
THREADS = ((1, 1), (1, 2), (1, 4), (2, 1), (2, 2), (2, 4), (4, 1), (4, 4))
_AS_IT_IS = "as it is"
_WHEEL = "an installed wheel"


def threads(loops: int, blas: int) -> dict[str, str]:
    """Return the variables that set the numbers of threads."""
    return {"NUMBA_NUM_THREADS": str(loops), "OPENBLAS_NUM_THREADS": str(blas)}


def bits_of(
    changes: dict[str, str], repeat: int, wanted: list[str], wheel: Path | None = None
) -> dict[str, list[str]]:
    """Return job -> the bits of each repetition, from a process of its own."""
    found = Path(wheel or Path.cwd()).resolve()
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-P", str(jobs.__file__), str(repeat), *wanted],
            env={**os.environ, **changes, "PYTHONPATH": str(found)},
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    answer = json.loads(done.stdout)
    if not Path(answer["optlab"]).is_relative_to(found):
        raise RuntimeError(f"{answer['optlab']} was run, not what is in {found}")
    bits: dict[str, list[str]] = answer["bits"]
    return bits


def measure(
    name: str, parts: Parts, repeat: int, wanted: list[str], cold: Path
) -> Iterator[dict[str, Any]]:
    """Yield what the environments on one processor gave, after each of them.

    Yields
    ------
    dict
        "bits": job -> bits -> environments; "runs": repetitions of a job in all;
        "parts": job -> the parts of the software that change its bits alone.
    """
    seen: dict[str, dict[str, list[str]]] = {}
    base = variables(parts) | {"NUMBA_CACHE_DIR": str(cold)}
    runs = 0
    for where, changes, count, wheel in _environments(name, base, repeat, cold):
        print(f"{name}: {where}", file=sys.stderr, flush=True)
        runs += count
        for job, found in bits_of(changes, count, wanted, wheel).items():
            for bits in set(found):
                seen.setdefault(job, {}).setdefault(bits, []).append(where)
        yield {"bits": seen, "runs": runs, "parts": {}}
    yield {"bits": seen, "runs": runs, "parts": _blamed(parts, wanted, cold)}


def _environments(
    name: str, base: dict[str, str], repeat: int, cold: Path
) -> Iterator[tuple[str, dict[str, str], int, Path | None]]:
    """Yield a name, variables, repetitions and the wheel of every environment."""
    half = max(1, repeat // 2)
    for loops, blas in THREADS:
        for number in (1, 2):
            where = f"{loops} and {blas} threads, process {number}"
            yield where, base | threads(loops, blas), half, None
    if name == _AS_IT_IS:
        yield _WHEEL, base, 1, _installed(cold / "wheel")


def _installed(folder: Path) -> Path:
    """Build a wheel from the checkout and install it into a folder."""
    words = "pip install --quiet --no-deps --no-index --no-build-isolation --target"
    command = [sys.executable, "-m", *words.split(), str(folder), "."]
    subprocess.run(command, check=True)
    return folder


def _blamed(parts: Parts, wanted: list[str], cold: Path) -> dict[str, list[str]]:
    """Return job -> the parts of the software that change its bits by themselves."""
    if not parts:
        return {}
    usual = bits_of({}, 1, wanted)
    blamed: dict[str, list[str]] = {job: [] for job in usual}
    for part, changes in parts.items():
        cache = {"NUMBA_CACHE_DIR": str(cold)} if part == "Numba" else {}
        for job, found in bits_of(changes | cache, 1, wanted).items():
            if found != usual[job]:
                blamed[job].append(part)
    return blamed


def section(kept: dict[str, Any]) -> str:
    """Return the section of the page: a row for each job and processor."""
    lines = [
        f"On each processor: {len(THREADS)} environments of threads of Numba and of "
        "the BLAS (1, 2 and 4 of each), two processes in each, the first of all with "
        "a cold cache; on this one also an installed wheel beside the checkout. Other "
        "processors by NUMBA_CPU_NAME and NUMBA_CPU_FEATURES, OPENBLAS_CORETYPE, "
        "GLIBC_TUNABLES and NPY_DISABLE_CPU_FEATURES, all together.",
        "",
        "| job | processor | runs | different results | SHA-256, first 16 digits | "
        "same as here | otherwise because of |",
        "| --- | --- | --: | --: | --- | --- | --- |",
    ]
    kept = {name: kept[name] for name in targets() if name in kept}
    here = kept.get(_AS_IT_IS, {"figures": {"bits": {}}})["figures"]["bits"]
    for job in here:
        for name, part in kept.items():
            lines.append(_row(job, name, part["figures"], list(here[job])))
    lines.append("")
    lines += [when(kept.values())] if kept else []
    if missing():
        names = ", ".join(missing())
        lines.append(f"Not measured, for this processor cannot stand for it: {names}.")
    lines.append(f"{platform.machine()}, Python {platform.python_version()}.")
    return "\n".join(lines)


def _row(job: str, name: str, figures: dict[str, Any], here: list[str]) -> str:
    found = figures["bits"].get(job, {})
    blamed = figures["parts"].get(job, [])
    same = "-" if name == _AS_IT_IS else "yes" if list(found) == here else "no"
    cells = [job, name, str(figures["runs"]), str(len(found))]
    cells += [", ".join(f"`{bits}`" for bits in found), same, ", ".join(blamed)]
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Run every environment and write the section; return the exit status."""
    able = targets()
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bits")
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--targets", nargs="+", choices=list(able), default=list(able))
    parser.add_argument("--jobs", nargs="+", choices=list(jobs.JOBS), default=[])
    chosen = parser.parse_args()
    good = True
    for name in chosen.targets:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as cold:
            repeat, wanted = chosen.repeat, chosen.jobs
            for figures in measure(name, able[name], repeat, wanted, Path(cold)):
                if not wanted:
                    kept = keep("bits", name, figures, time.monotonic() - began)
        good = good and all(len(found) == 1 for found in figures["bits"].values())
        if wanted:
            print(json.dumps(figures, indent=1))
        else:
            write_section(_PAGE, "bits", section(kept))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
