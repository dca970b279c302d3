"""Catalogues with a link for each entry: behaviours of TensorFlow, and causes."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from optlab.diagnosis.causes import CAUSES
from optlab.diagnosis.text import GROUPS
from optlab.documentation import anchor
from optlab.validation.behaviours import catalogue

_BEHAVIOURS = """\
# What TensorFlow really does

Each entry is a small program with the figures that it gave; `optlab behaviours` runs
them again on the installed TensorFlow, and says which have changed.
"""
_CAUSES = """\
# Causes

What a [diagnosis](../diagnosis.md) may name, with the symptom, the test and the cure of
each.
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield the two pages."""
    yield "reference/behaviours.md", _behaviours()
    yield "reference/causes.md", _causes()


def _behaviours() -> str:
    parts, subject = [_BEHAVIOURS], ""
    for entry in catalogue().values():
        if entry.subject != subject:
            subject = entry.subject
            parts.append(f"## {subject.capitalize()}\n")
        figures = [("Keras", entry.expected)]
        figures += [(peer, expected) for peer, (_, expected) in entry.peers.items()]
        parts += [
            f"({anchor('behaviour', entry.id)})=\n### {entry.id}\n",
            f"{entry.says} {entry.means}{_asked(entry.asked)}\n",
            *(
                f"- {who}: " + ", ".join(f"`{k} = {v}`" for k, v in expected.items())
                for who, expected in figures
            ),
            f"\n```{{code-block}} python\n:class: program\n{entry.source()}\n```\n",
        ]
    return "\n".join(parts)


def _asked(links: tuple[str, ...]) -> str:
    """Return where people asked about it: keras-team/keras#503."""
    if not links:
        return ""
    named = []
    for link in links:
        owner, name, _, number = link.split("/")[-4:]
        named.append(f"[{owner}/{name}#{number}]({link})")
    return f" Asked in {', '.join(named)}."


def _causes() -> str:
    parts = [_CAUSES]
    for prefix, group in GROUPS.items():
        parts.append(f"## {group.capitalize()}\n")
        for name, cause in CAUSES.items():
            if name.startswith(f"{prefix}."):
                test = (inspect.getdoc(cause.test) or "").partition("\n")[0]
                parts += [
                    f"({anchor('cause', name)})=\n### {name}\n",
                    f"{cause.definition}\n",
                    f"- Symptom: {cause.symptom}",
                    f"- Test: {test}",
                    f"- Cure: {cause.cure}\n",
                ]
    return "\n".join(parts)
