"""Where in a TOML text a key stands, for messages."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEADER = re.compile(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([\w.\"'-]+(?:\s*\.\s*[\w\"'-]+)*)\s*=")
_QUOTED = re.compile(r"[`'\[](\w+)[`'\]]|^(\w+)")


class Problem(str):
    """A line of a message that knows the path of the key that it is about."""

    path: tuple[str, ...] = ()

    @classmethod
    def at(cls, path: Sequence[int | str], text: str) -> Problem:
        """Return a problem with its path; the text may name the key within it."""
        found = cls(text)
        found.path = tuple(map(str, path))
        return found

    def paths(self) -> list[tuple[str, ...]]:
        """Return where to look for it, the best place first."""
        rest = self.partition("] ")[2] or str(self)
        named = [a or b for a, b in _QUOTED.findall(rest)]
        deeper = [(*self.path, name) for name in named]
        above = [self.path[:end] for end in range(len(self.path), 0, -1)]
        top = [(name,) for name in named]
        return [*deeper, *above, *top]


def positions(text: str) -> dict[tuple[str, ...], int]:
    """Return path -> line, counted from 1, of the tables and keys of a TOML text.

    A key inside an inline table counts as of its line, under the table's key.
    """
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header and "=" not in line:
            table = inside = _parts(header[1])
            found.setdefault(table, number)
            continue
        if key:
            inside = (*table, *_parts(key[1]))
            found.setdefault(inside, number)
        for name in re.findall(r"[{,]\s*([\w-]+)\s*=", line):
            found.setdefault((*inside, name), number)
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))


def numbered(problems: Sequence[str], text: str) -> list[str]:
    """Put "line 7: " before each problem whose place in the text is known."""
    known = positions(text)
    entries = _entries(text, known)
    lines = []
    for problem in problems:
        places = problem.paths() if isinstance(problem, Problem) else []
        numbers = [entries.get(p) or known.get(p) for p in places]
        at = next((number for number in numbers if number), None)
        lines.append(f"line {at}: {problem}" if at else str(problem))
    return lines


def _entries(
    text: str, known: dict[tuple[str, ...], int]
) -> dict[tuple[str, ...], int]:
    """Return the lines of the entries of lists of tables, as ("model", "layers", "2").

    An entry is a ``{`` that stands in the list and in no other entry.
    """
    lines = text.splitlines()
    found: dict[tuple[str, ...], int] = {}
    for path, start in known.items():
        depth, count, opened = 0, 0, False
        for number in range(start, len(lines) + 1):
            line = re.sub(r"\"[^\"]*\"|'[^']*'|#.*", "", lines[number - 1])
            if number == start:
                line = line.partition("=")[2]
                if not line.lstrip().startswith("["):
                    break
            for letter in line:
                if letter == "{" and depth == 1:
                    found.setdefault((*path, str(count)), number)
                    count += 1
                depth += (letter in "[{") - (letter in "]}")
                opened = opened or depth > 0
                if opened and depth == 0:
                    break
            if opened and depth == 0:
                break
    return found
