"""The reference of the library: a page for `optlab` and one for each of its modules."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import optlab
from docs.sources.markdown import restructured, rubrics
from optlab.documentation import MODULES, public

_INDEX = """\
# Reference

```{toctree}
:caption: Commands and files
commands
experiment-file
causes
behaviours
```

```{toctree}
:caption: The library
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield a page for each module, and the list of them."""
    names = ["optlab", *MODULES]
    yield "reference/index.md", _INDEX + "\n".join(names) + "\n```\n"
    for name in names:
        yield f"reference/{name}.md", _page(name)


def escaped(lines: list[str]) -> None:
    """Escape, in a docstring, a shape's star and a trailing underscore in quotes."""
    for k, line in enumerate(lines):
        line = re.sub(r"(?<=[ (])\*(?=[\w.]+_s(hape|ize))", r"\\*", line)
        lines[k] = re.sub(r'"(\w+)_"', r'"\1\\_"', line)


def _page(name: str) -> str:
    module = optlab if name == "optlab" else getattr(optlab, name)
    names = public(module)
    if module is optlab:
        names = [each for each in names if each not in MODULES]
    listed = "\n".join(f"   {each}" for each in names)
    parts = [
        f".. py:module:: {module.__name__}",
        rubrics(inspect.getdoc(module) or ""),
        f".. autosummary::\n   :nosignatures:\n\n{listed}",
        *(_entry(module, each) for each in names),
    ]
    return f"# {module.__name__}\n\n" + restructured("\n\n".join(parts)) + "\n"


def _entry(module: ModuleType, name: str) -> str:
    value: Any = getattr(module, name)
    full = f"{module.__name__}.{name}"
    home = _home(name, value) if module is optlab else None
    if home is not None:
        kind = "class" if inspect.isclass(value) else "function"
        return (
            f".. py:{kind}:: {full}\n   :no-index-entry:\n\n"
            f"   The same as :py:obj:`optlab.{home}.{name}`."
        )
    if inspect.ismodule(value):
        return f".. automodule:: {full}\n   :members:"
    if inspect.isclass(value):
        return f".. autoclass:: {full}\n   :members:"
    if callable(value):
        return f".. autofunction:: {full}"
    return f".. autodata:: {full}\n   :no-value:"


def _home(name: str, value: Any) -> str | None:
    """Return the public module whose page shows what `optlab` has too."""
    for home in MODULES:
        module = getattr(optlab, home)
        if name in public(module) and getattr(module, name) is value:
            return home
    return None
