"""Full disks, damaged caches, two processes at once, no home that can be written."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.faults.commands import Ended, optlab
from benchmarks.faults.kills import _run_left
from optlab.run import Run

_RUN = ["run", "digits", "--epochs", "3", "--out", "o"]
_SWEEP = ["sweep", "booth", "--over", "training.steps=2,3,4"]
#: Of a file, where the disk is full: less than any of the files needs.
_FULL = 1500


def _refused(ended: Ended) -> bool:
    return ended.status == 2 and ended.clear and ended.err.count("error:") == 1


def _full_record(folder: Path) -> bool:
    """The record of before is there, and the message names the file."""
    optlab([*_RUN, "--epochs", "1"], folder)
    before = (folder / "o/record.npz").read_bytes()
    ended = optlab(_RUN, folder, largest_file=_FULL)
    left = {path.name for path in (folder / "o").iterdir()}
    same = (folder / "o/record.npz").read_bytes() == before
    return _refused(ended) and same and len(left) == 3


def _full_picture(folder: Path) -> bool:
    """The table is printed, no half picture is left, and the status says so."""
    ended = optlab([*_SWEEP, "--plot", "a.png"], folder, largest_file=_FULL)
    return _refused(ended) and "best" in ended.out and not (folder / "a.png").exists()


def _full_store(folder: Path) -> bool:
    ended = optlab([*_SWEEP, "--out", "o.sqlite"], folder, largest_file=_FULL)
    return _refused(ended)


def _full_cases(folder: Path) -> bool:
    words = ["cases", "001-1", "--no-twin", "--out", "o"]
    ended = optlab(words, folder, largest_file=_FULL)
    return _refused(ended) and not list((folder / "o").glob("*.json"))


def _full_cache(folder: Path) -> bool:
    """The run is as good as any; it only compiles for itself."""
    cache = {"NUMBA_CACHE_DIR": str(folder / "cache")}
    words = ["explain", "adam"], ["run", "booth", "--steps", "3"]
    limit = 20_000
    ended = [optlab(w, folder, largest_file=limit, environment=cache) for w in words]
    return all(e.status == 0 and e.clear for e in ended)


def _damaged_cache(folder: Path) -> bool:
    """Each file of the cache cut short: the run is as good, and so is the next."""
    cache = {"NUMBA_CACHE_DIR": str(folder / "cache")}
    words = ["run", "booth", "--steps", "3", "--json"]
    whole = optlab(words, folder, environment=cache)
    good = True
    for keep in (0, 40):
        for path in (folder / "cache").rglob("*.nb*"):
            path.write_bytes(path.read_bytes()[:keep])
        for _ in range(2):
            ended = optlab(words, folder, environment=cache)
            good = good and ended.status == 0 and _history(ended) == _history(whole)
    return good


def _history(ended: Ended) -> object:
    return json.loads(ended.out)["history"] if ended.status == 0 else None


def _one_folder(folder: Path) -> bool:
    """One of two is refused, or waits its turn; record and summary belong together."""
    with ThreadPoolExecutor(2) as pool:
        epochs = ("40", "60")
        jobs = [pool.submit(optlab, [*_RUN, "--epochs", n], folder) for n in epochs]
        ended = [job.result() for job in jobs]
    statuses = sorted(e.status for e in ended)
    return (
        all(e.clear for e in ended)
        and statuses in ([0, 0], [0, 2])
        and _run_left(folder) != "summary and record differ"
    )


def _one_cache(folder: Path) -> bool:
    """Two that compile into one empty cache get the same bits."""
    cache = {"NUMBA_CACHE_DIR": str(folder / "cache")}
    with ThreadPoolExecutor(2) as pool:
        words = [["run", "booth", "--steps", "5", "--out", out] for out in ("a", "b")]
        jobs = [pool.submit(optlab, w, folder, environment=cache) for w in words]
        ended = [job.result() for job in jobs]
    if any(e.status or not e.clear for e in ended):
        return False
    first, second = (Run.load(folder / f"{out}/record.npz") for out in ("a", "b"))
    return first.losses.tobytes() == second.losses.tobytes()


def _no_home(folder: Path) -> bool:
    """Nothing can be kept at home: neither kernels, nor data, nor settings."""
    home = {"HOME": "/proc", "XDG_CACHE_HOME": "", "NUMBA_CACHE_DIR": ""}
    ended = optlab(["run", "booth", "--steps", "3"], folder, environment=home)
    return ended.status == 0 and ended.clear


TRIALS: dict[str, Callable[[Path], bool]] = {
    "disk full under the record of a run": _full_record,
    "disk full under a picture": _full_picture,
    "disk full under the store of a sweep": _full_store,
    "disk full under the store of cases": _full_cases,
    "disk full under the cache of kernels": _full_cache,
    "damaged files in the cache of kernels": _damaged_cache,
    "two runs into one folder": _one_folder,
    "two runs with one cold cache": _one_cache,
    "a home that cannot be written": _no_home,
}


def hold(name: str) -> bool:
    """Whether a command does what it should in one of these plights."""
    with tempfile.TemporaryDirectory() as folder:
        return TRIALS[name](Path(folder))
