"""The pages of the site that are made from the program: ``make docs`` writes them.

`optlab.documentation` says on which page a name stands; these modules fill the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from docs.sources import api, catalogues, commands, experiment_file, gallery

DOCS = Path(__file__).resolve().parents[1]
#: What is written here, and ignored by git.
GENERATED = ("reference", "optimizers")


def pages() -> Iterator[tuple[str, str]]:
    """Yield path below docs/ and text of every page, its pictures not drawn yet."""
    for module in (commands, experiment_file, api, catalogues, gallery):
        yield from module.pages()


def write(folder: Path = DOCS) -> None:
    """Write the pages that have changed: Sphinx reads those anew."""
    wanted = {folder / name: text for name, text in pages()}
    for top in GENERATED:
        for path in (folder / top).rglob("*.md"):
            if path not in wanted:
                path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
