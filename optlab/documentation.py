"""On which page of the documentation a name stands, and where its source is.

``make docs`` builds the site in a checkout; elsewhere names are found in the source.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import optlab
from optlab import _MODULES as MODULES
from optlab.errors import unknown_name

_PACKAGE = Path(optlab.__file__).resolve().parent
DOCS = _PACKAGE.parent / "docs"
SITE = DOCS / "_build" / "html"


@dataclass(frozen=True)
class Place:
    """Where a name is documented.

    Attributes
    ----------
    kind : str
        "command", "optimizer", "page", "table", "library", "cause", ...
    page : str
        The page below the site's root, without a suffix.
    anchor : str
        The element on it; empty for the whole page.
    source : Path
        The file that it is written, or made, from.
    """

    kind: str
    page: str
    anchor: str
    source: Path

    def address(self, site: Path = SITE) -> str:
        """Return the page of the site as an address; the source where none is built."""
        page = site / f"{self.page}.html"
        if not page.is_file():
            return str(self.source)
        return page.as_uri() + (f"#{self.anchor}" if self.anchor else "")


def find(name: str) -> Place:
    """Return where a name is documented.

    Parameters
    ----------
    name : str
        A verb, optimizer, page, table such as "[data]", name of the library such as
        "fit" or "losses.Huber", cause, behaviour or case.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    known: set[str] = set()
    for places in KINDS:
        found = dict(places())
        for key in (name, name.lower()):
            if key in found:
                return found[key]
        known |= found.keys()
    raise unknown_name("name", name, known)


def anchor(kind: str, name: str) -> str:
    """Return the anchor of a command, table, cause or behaviour on its page."""
    return f"{kind}-{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}"


def public(module: ModuleType) -> list[str]:
    """Return the public names of a module, in the order of its `__all__`."""
    if hasattr(module, "__all__"):
        return list(module.__all__)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and getattr(value, "__module__", "") == module.__name__
    ]


def _file(value: Any) -> Path:
    return Path(inspect.getsourcefile(value) or _PACKAGE)


def _verbs() -> Iterator[tuple[str, Place]]:
    from optlab.cli.app import VERBS

    for verb in VERBS:
        source = _PACKAGE / "cli" / f"{verb}.py"
        yield (
            verb,
            Place("command", "reference/commands", anchor("command", verb), source),
        )


def _optimizers() -> Iterator[tuple[str, Place]]:
    from optlab.optimizers import registry

    for name in registry.names():
        source = _file(registry.lookup(name)().rule.function)
        yield name, Place("optimizer", f"optimizers/{name}", "", source)


def _written() -> Iterator[tuple[str, Place]]:
    for path in sorted(DOCS.rglob("*.md")):
        page = path.relative_to(DOCS).with_suffix("").as_posix()
        if not page.startswith(("_build", "reference/", "optimizers/")):
            yield path.stem, Place("page", page, "", path)


def _tables() -> Iterator[tuple[str, Place]]:
    from optlab.experiments.experiment import TABLES

    for place, model in TABLES.items():
        name = ".".join(place)
        page = "reference/experiment-file"
        yield f"[{name}]", Place("table", page, anchor("table", name), _file(model))


def _library() -> Iterator[tuple[str, Place]]:
    short: dict[str, list[Place]] = {}
    pages = {f"optlab.{name}" for name in MODULES}
    for home in ("optlab", *MODULES):
        module = optlab if home == "optlab" else getattr(optlab, home)
        yield home, Place("library", f"reference/{home}", "", _file(module))
        for name in public(module):
            full = f"{module.__name__}.{name}"
            page = f"reference/{name if full in pages else home}"
            place = Place("library", page, full, _source(module, name))
            yield full, place
            yield full.removeprefix("optlab."), place
            if module is not optlab:
                short.setdefault(name, []).append(place)
    yield from ((name, each[0]) for name, each in short.items() if len(each) == 1)


def _source(module: ModuleType, name: str) -> Path:
    """Return the file of a public name; TensorFlow is not imported to find it."""
    if module.__name__ == "optlab.validation":
        return _file(module)
    value = getattr(module, name)
    held = isinstance(value, (type, ModuleType)) or inspect.isfunction(value)
    return _file(value if held else module)


def _causes() -> Iterator[tuple[str, Place]]:
    from optlab.diagnosis.causes import CAUSES

    for name, cause in CAUSES.items():
        source = _file(cause.test)
        yield name, Place("cause", "reference/causes", anchor("cause", name), source)


def _behaviours() -> Iterator[tuple[str, Place]]:
    from optlab.validation.behaviours import catalogue

    page = "reference/behaviours"
    for id, entry in catalogue().items():
        yield (
            id,
            Place("behaviour", page, anchor("behaviour", id), _file(entry.program)),
        )


def _cases() -> Iterator[tuple[str, Place]]:
    from optlab.cases.registry import catalogue

    for id, case in catalogue().items():
        yield id, Place("case", "casebook", id, _file(case.judge))


#: Where a name may stand, in the order in which it is looked for.
KINDS: tuple[Callable[[], Iterator[tuple[str, Place]]], ...] = (
    _verbs,
    _optimizers,
    _written,
    _tables,
    _library,
    _causes,
    _behaviours,
    _cases,
)
