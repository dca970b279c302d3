"""Plant the faults one at a time, and write down who noticed which.

    python -m tests.mutants [NAME ...] [--tests all|missed] [--trust] [--no-page]
                            [--minutes M]

What was answered is kept in out/mutants.json, so a run that was broken off goes on
where it was, as long as no source has changed. With --minutes a sample is judged, as
large as fits, and the section says how large it is.

Each fault is planted in a copy of the tree; then the checks of `optlab verify --full`
and the tests that are about its file are run there. The section of docs/reliability.md
is written from the answers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue

from tests.mutants.faults import ROOT, Fault, faults, misplaced
from tests.mutants.judging import Answer, ask, prepare, run_tests, verify
from tests.mutants.report import Verdict, summary, write_page

#: What a copy of the tree needs.
_COPIED = ("kernels", "optlab", "validation", "tests", "setup.cfg", "README.md")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "mutants")


#: Where answers are kept.
_RECORD = ROOT / "out" / "mutants.json"


def digest() -> str:
    """Return 16 hex digits that change with any source of the tree."""
    found = hashlib.sha256()
    for name in ("kernels", "optlab", "validation", "tests"):
        for path in sorted((ROOT / name).rglob("*.py")):
            found.update(str(path.relative_to(ROOT)).encode())
            found.update(path.read_bytes())
    return found.hexdigest()[:16]


class Record:
    """The answers about one state of the tree, on disk.

    Parameters
    ----------
    path : Path
        A JSON file; made if needed.
    tree : str
        The digest of the sources; answers about others are dropped.
    """

    def __init__(self, path: Path, tree: str) -> None:
        self._path = path
        self._kept: dict[str, list] = {}
        self._tree = tree
        if path.exists():
            document = json.loads(path.read_text(encoding="utf-8"))
            if document["tree"] == tree:
                self._kept = document["answers"]

    def get(self, fault: Fault) -> Verdict | None:
        """Return what was said of a fault, if it was asked."""
        kept = self._kept.get(self._key(fault))
        if kept is None:
            return None
        verify, tests = (None if a is None else Answer(**a) for a in kept)
        return Verdict(fault, verify, tests) if verify is not None else None

    def add(self, verdict: Verdict) -> None:
        """Keep what was said of a fault."""
        answers = (verdict.verify, verdict.tests)
        self._kept[self._key(verdict.fault)] = [a and vars(a) for a in answers]
        self._path.parent.mkdir(parents=True, exist_ok=True)
        document = {"tree": self._tree, "answers": self._kept}
        self._path.write_text(json.dumps(document, indent=1), encoding="utf-8")

    @staticmethod
    def _key(fault: Fault) -> str:
        return "\n".join((fault.name, fault.old, fault.new))


def shuffled(table: Sequence[Fault]) -> list[Fault]:
    """Return the faults in an order that is always the same and follows nothing."""
    return sorted(table, key=lambda f: hashlib.sha256(f.name.encode()).digest())


@contextmanager
def copies(count: int) -> Iterator[SimpleQueue[Path]]:
    """Give so many copies of the tree."""
    with tempfile.TemporaryDirectory(prefix="optlab-mutants-") as folder:
        trees: SimpleQueue[Path] = SimpleQueue()
        for k in range(count):
            tree = Path(folder) / str(k)
            tree.mkdir()
            for name in _COPIED:
                source = ROOT / name
                if source.is_dir():
                    shutil.copytree(
                        source, tree / name, symlinks=True, ignore=_LEFT_OUT
                    )
                else:
                    shutil.copy2(source, tree / name)
            trees.put(tree)
        yield trees


def judge(fault: Fault, trees: SimpleQueue[Path], tests: str) -> Verdict:
    """Plant a fault in a free copy, ask, and take it out again."""
    tree = trees.get()
    tested: Answer | None = None
    with planted(fault, tree):
        found = ask(tree, not fault.loops, verify, fault.verify)
        if tests == "all" or not found.noticed:
            tested = ask(tree, not fault.loops, run_tests, fault.tests)
    trees.put(tree)
    return Verdict(fault, found, tested)


@contextmanager
def planted(fault: Fault, tree: Path) -> Iterator[None]:
    """Plant a fault in a copy, and take it out again."""
    path = tree / fault.file
    files = {path, *fault.stale(tree)}
    before = {each: (each.read_text("utf-8"), each.stat().st_mtime) for each in files}
    # Numba asks for the content of a function's file, older versions for its time.
    mark = f"# {hashlib.sha256(fault.name.encode()).hexdigest()}\n"
    try:
        for each, (text, _) in before.items():
            changed = fault.planted(text) if each == path else text
            each.write_text(changed + mark, encoding="utf-8")
        yield
    finally:
        for each, (text, time_before) in before.items():
            each.write_text(text, encoding="utf-8")
            os.utime(each, (time_before, time_before))


def healthy(table: Sequence[Fault], trees: SimpleQueue[Path], processes: int) -> str:
    """Say what fails without any fault; empty where nothing does."""
    questions = [(verify, (part,)) for part in _each(f.verify for f in table)]
    questions += [(run_tests, (test,)) for test in _each(f.tests for f in table)]

    def answered(question: tuple) -> str:
        tree = trees.get()
        try:
            found = ask(tree, True, question[0], question[1])
        finally:
            trees.put(tree)
        print(f"without a fault: {question[1][0]}, {found.seconds:.0f} s", flush=True)
        return f"{question[1][0]}: {found.by}" if found.noticed else ""

    with ThreadPoolExecutor(processes) as pool:
        return "\n".join(filter(None, pool.map(answered, questions)))


def _each(groups: Iterator[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group))


def main(arguments: Sequence[str] | None = None) -> int:
    """Plant, ask, write; exit with 1 where a fault lived, 2 where one has no place."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("names", nargs="*", metavar="NAME", help="default: all")
    parser.add_argument(
        "--tests",
        choices=("all", "missed"),
        default="missed",
        help="ask the tests about every fault, or about what verify missed (default)",
    )
    parser.add_argument(
        "--trust", action="store_true", help="that all passes without a fault"
    )
    parser.add_argument("--no-page", action="store_true", help="print only")
    parser.add_argument(
        "--minutes", type=float, help="plant no more after these; default: plant all"
    )
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    table = faults()
    problems = misplaced(table)
    if problems:
        print("\n\n".join(problems), file=sys.stderr)
        return 2
    if chosen.names:
        unknown = set(chosen.names) - {fault.name for fault in table}
        if unknown:
            parser.error(f"no fault is called {sorted(unknown)[0]!r}")
        table = [fault for fault in table if fault.name in chosen.names]
    count = len(table)
    if chosen.minutes is not None:
        table = shuffled(table)
    prepare()
    started = time.perf_counter()
    seconds = math.inf if chosen.minutes is None else 60 * chosen.minutes
    record = Record(_RECORD, digest())

    def answered(fault: Fault) -> Verdict | None:
        kept = record.get(fault)
        if kept and (chosen.tests == "missed" or kept.tests is not None):
            return kept
        if time.perf_counter() - started > seconds:
            return None
        return judge(fault, trees, chosen.tests)

    verdicts = []
    with copies(chosen.processes) as trees:
        wrong = "" if chosen.trust else healthy(table, trees, chosen.processes)
        if wrong:
            print(f"Fails without any fault:\n{wrong}", file=sys.stderr)
            return 2
        with ThreadPoolExecutor(chosen.processes) as pool:
            for verdict in filter(None, pool.map(answered, table)):
                record.add(verdict)
                verdicts.append(verdict)
                print(f"{len(verdicts)}/{count} {verdict.line()}", flush=True)
    print(summary(verdicts, count))
    if not chosen.names and not chosen.no_page:
        write_page(verdicts, count, time.perf_counter() - started)
    return int(any(verdict.lives for verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
