"""Generated parts of Markdown pages: what stands between two comments is replaced."""

from __future__ import annotations

from pathlib import Path

from optlab.errors import InputError
from optlab.files import write_text


def placed(text: str, name: str, block: str) -> str:
    """Return a page with a new block between the two comments of that name.

    Parameters
    ----------
    text : str
        The page, which holds ``<!-- begin: NAME -->`` and ``<!-- end: NAME -->``.
    name : str
        The block's name.
    block : str
        Markdown.

    Raises
    ------
    InputError
        If the page does not hold each of the comments once.
    """
    begin, end = (f"<!-- {edge}: {name} -->" for edge in ("begin", "end"))
    if text.count(begin) != 1 or text.count(end) != 1:
        raise InputError(f"The page must hold {begin!r} and {end!r} once each.")
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{block.strip()}\n\n{end}{after}"


def write_section(page: Path, name: str, block: str) -> None:
    """Replace a block of a page on disk; see `placed`."""
    write_text(page, placed(page.read_text("utf-8"), name, block))
