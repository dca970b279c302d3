"""The planted faults: one line each, as data in `faults.toml`."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path(__file__).with_name("faults.toml")
#: What decides how a loop is compiled and found again.
_LOOPS = tuple(
    f"kernels/{name}.py" for name in ("fuse", "fingerprint", "jit", "kernel_cache")
)


@dataclass(frozen=True)
class Fault:
    """A fault that can be planted.

    Attributes
    ----------
    name : str
        What is wrong, in a few words.
    file : str
        Where, from the root of the repository.
    old, new : str
        The text that is replaced, which must stand in the file exactly once, and what
        takes its place.
    why : str
        What it does to a user's numbers.
    verify : tuple of str
        The parts of `optlab verify --full` that are about the file: names of
        optimizers, "losses", "layers", "schedules", "runs", "fits".
    tests : tuple of str
        The tests that are about it.
    equivalent : str
        The proof that it changes no result; empty where it does.
    """

    name: str
    file: str
    old: str
    new: str
    why: str
    verify: tuple[str, ...]
    tests: tuple[str, ...]
    equivalent: str = ""

    @property
    def loops(self) -> bool:
        """Whether it is in what writes and keeps compiled loops, so that all change."""
        return self.file in _LOOPS

    def stale(self, root: Path) -> list[Path]:
        """Return the kernel files whose compiled code has the fault in it.

        Numba compiles a function again when its own file is another; what calls it from
        another file has to be changed too. A rule is compiled under a name
        that follows from its text.
        """
        if not self.file.startswith("kernels/") or "/rules/" in self.file:
            return []
        imports = {path: _imported(path) for path in (root / "kernels").rglob("*.py")}
        found = [root / self.file]
        for path in found:
            name = ".".join(path.relative_to(root).with_suffix("").parts)
            found += [
                p for p, used in imports.items() if name in used and p not in found
            ]
        return found

    def planted(self, text: str) -> str:
        """Return the file's text with the fault in it.

        Raises
        ------
        ValueError
            If the old text is not there exactly once.
        """
        count = text.count(self.old)
        if count != 1:
            raise ValueError(
                f"The fault {self.name!r} has no place: its old text stands {count} "
                f"times in {self.file}:\n{self.old}"
            )
        return text.replace(self.old, self.new)


def faults(path: Path = TABLE) -> list[Fault]:
    """Read the table.

    Raises
    ------
    ValueError
        If two faults have one name.
    """
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    found = []
    for group in document["group"]:
        for entry in group["fault"]:
            shared = {key: value for key, value in group.items() if key != "fault"}
            fields = shared | entry
            for key in ("verify", "tests"):
                fields[key] = tuple(fields[key])
            found.append(Fault(**fields))
    names = [fault.name for fault in found]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Two faults are called {twice[0]!r}.")
    return found


@cache
def _imported(path: Path) -> frozenset[str]:
    """Return the modules of `kernels` that a file imports, as "kernels.fuse"."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{n.name}" for n in node.names)}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return frozenset(name.removeprefix("optlab.") for name in found)


def misplaced(table: list[Fault], root: Path = ROOT) -> list[str]:
    """Say which faults cannot be planted, and why."""
    problems = []
    for fault in table:
        try:
            fault.planted((root / fault.file).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            problems.append(str(error))
    return problems
