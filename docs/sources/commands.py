"""The reference of the command line, by typer's own writer of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

import typer
from typer.cli import get_docs_for_click

from optlab.cli.app import VERBS, application
from optlab.documentation import anchor

_HEAD = """\
# Command line

Every verb has `--json`, which prints one document; `--set KEY=VALUE` changes a setting.
`--debug` shows the whole traceback of an error. Exit status: 0 well; 1 the check
failed, or the run diverged or did not learn; 2 bad input; 130 Ctrl-C, 143 SIGTERM.

| command | what it does |
|---|---|
"""


def pages() -> Iterator[tuple[str, str]]:
    """Yield the page."""
    rows = [
        f"| [`optlab {verb}`](#{anchor('command', verb)}) | {summary} |"
        for verb, summary in VERBS.items()
    ]
    parts = [_HEAD + "\n".join(rows)]
    parts += [f"({anchor('command', verb)})=\n{_section(verb)}" for verb in VERBS]
    yield "reference/commands.md", "\n\n".join(parts) + "\n"


def _section(verb: str) -> str:
    group = typer.main.get_command(application(verb))
    context = typer.Context(group, info_name="optlab")
    text = get_docs_for_click(
        obj=group.commands[verb],  # type: ignore[attr-defined]
        ctx=context,
        indent=1,
        name=verb,
        call_prefix="optlab",
    )
    text = re.sub(r"\n\* `--help`.*", "", text)
    return text.partition("\nAdd --debug")[0].replace("<", "\\<").strip()
