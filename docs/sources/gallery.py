"""The gallery: a page for each optimizer of the registry."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docs.sources.differences import apart, behaviours_of
from docs.sources.markdown import restructured, rubrics, table
from optlab.cli.optimizers import described
from optlab.documentation import anchor
from optlab.optimizers import TWINS, WRAPPERS, lookup, names, registry
from optlab.study import study
from optlab.study.catalogue import Catalogue

DOCS = Path(__file__).resolve().parents[1]
_INDEX = """\
# Optimizers

The rate is the default, the state in bytes a float32 parameter. Click a name for the
formula, the code, its numbers, and how other libraries differ; or compare up to five of
them on the <a href="../_static/study.html">study page</a>.
"""
_PICTURES = """\
## Pictures

```{{figure}} {name}-steps.png
:alt: Every number of {label} over 24 steps

Every number over 24 steps; the gradient is 1, and from step 13 on -1.
```

```{{figure}} {name}-path.png
:alt: The path of {label} on Rosenbrock's function

300 steps on Rosenbrock's function at the best of the rates that were tried.
```
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield the index and a page for each optimizer."""
    study_page = study().catalogue
    rows = {name: described(name) for name in names()}
    yield "optimizers/index.md", _index(rows)
    for name, row in rows.items():
        yield f"optimizers/{name}.md", _page(name, row, study_page)
    wrappers = "\n\n".join(
        f"## {cls.__name__}\n\n{_class(cls)}" for cls in WRAPPERS.values()
    )
    yield "optimizers/wrappers.md", f"# Wrappers\n\n{wrappers}\n"


def _index(rows: dict[str, Any]) -> str:
    parts = [_INDEX]
    for title, twins in (("Those of tf.keras", True), ("Those it lacks", False)):
        listed = [
            (
                f"[{row['class']}]({name}.md)",
                f"{row['learning_rate']:g}",
                f"{row['state_bytes']:.3g}",
                row["summary"],
            )
            for name, row in rows.items()
            if (name in TWINS) == twins
        ]
        parts += [f"## {title}\n", table(("name", "rate", "state", "rule"), listed), ""]
    wrapped = ", ".join(f"`{cls.__name__}`" for cls in WRAPPERS.values())
    parts.append(f"{wrapped} hold others: see [wrappers](wrappers.md).\n")
    toctree = "\n".join([*rows, "wrappers"])
    return "\n".join(parts) + f"\n```{{toctree}}\n:hidden:\n{toctree}\n```\n"


def _page(name: str, row: dict[str, Any], study_page: Catalogue) -> str:
    label = row["class"]
    parts = [
        f"# {label}\n\n{row['summary']}\n",
        _facts(name, row),
        "## The rule\n",
        restructured(
            rubrics(
                inspect.getdoc(inspect.getmodule(registry.get(name).rule.function))
                or ""
            )
        ),
        "\nAs code, the same for NumPy arrays and for the compiled loop:\n",
        _code(name),
        "\n## Three steps\n",
        f"    optlab explain {name} --gradients 0.1,0.2,-0.3\n",
        f"```{{literalinclude}} {name}.txt\n:language: text\n```\n",
        _PICTURES.format(name=name, label=label),
        "## Try it\n",
        _embedded(name, study_page),
        "## Arguments\n",
        _arguments(lookup(name)),
        _class(lookup(name)),
        "\n## How others differ\n",
        apart(name) or "No other library was compared.\n",
        _behaviours(label),
    ]
    return "\n".join(part for part in parts if part) + "\n"


def _facts(name: str, row: dict[str, Any]) -> str:
    twin = "the same bits: see [parity](../parity.md)" if row["twin"] else "none"
    facts = [("tf.keras's twin", twin)]
    if row["checked_against"]:
        facts.append(("checked against", ", ".join(row["checked_against"])))
    slots = ", ".join(f"`{slot}`" for slot in row["slots"]) or "none"
    facts += [
        ("slots", slots),
        ("state", f"{row['state_bytes']:.3g} bytes a parameter"),
    ]
    return table(("in files and commands", f"`{name}`"), facts) + "\n"


def _code(name: str) -> str:
    rule = registry.get(name).rule
    blocks = []
    for function in dict.fromkeys((rule.function, rule.coefficients)):
        plain = getattr(function, "py_func", function)
        path = Path(inspect.getsourcefile(plain) or "").resolve()
        blocks.append(
            f"```{{literalinclude}} {os.path.relpath(path, DOCS / 'optimizers')}\n"
            f":pyobject: {plain.__name__}\n```"
        )
    return "\n".join(blocks)


def _embedded(name: str, study_page: Catalogue) -> str:
    labels = [v.label.replace(" ", "_") for v in study_page.variants if v.name == name]
    if not labels:
        reason = study_page.left_out.get(name, "")
        if "JavaScript" in reason:
            reason = "its coefficients need powers that browsers round in their own way"
        return f"It is not on the study page: {reason}.\n"
    shown = "&".join(f"o={label}" for label in labels[:5])
    source = f"../_static/study.html#problem=rosenbrock&{shown}"
    return (
        f'<iframe class="study" src="{source}" loading="lazy" '
        f'title="The study page with {lookup(name).__name__}"></iframe>\n\n'
        f'<p><a href="{source}">Open it alone</a></p>\n'
    )


def _arguments(cls: Any) -> str:
    rows = [("`learning_rate`", f"`{cls.default_rate!r}`", "")]
    rows += [
        (f"`{key}`", f"`{each.default!r}`", getattr(each, "interval", ""))
        for key, each in cls.hyperparameters.items()
    ]
    return table(("argument", "default", "range"), rows) + "\n"


def _class(cls: Any) -> str:
    return restructured(
        f".. autoclass:: optlab.optimizers.{cls.__name__}\n   :no-index:"
    )


def _behaviours(label: str) -> str:
    entries = behaviours_of(label)
    if not entries:
        return ""
    listed = "\n".join(
        f"- [{e.id}](../reference/behaviours.md#{anchor('behaviour', e.id)}): {e.says}"
        for e in entries
    )
    return f"Of tf.keras's own, measured by `optlab behaviours`:\n\n{listed}\n"
