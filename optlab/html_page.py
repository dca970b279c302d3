"""The frame of every report: one HTML document for phone, print, light and dark.

It loads nothing. Pictures stay on white; colours of words follow the reader's scheme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE = """\
:root { color-scheme: light; --ink: #222; --muted: #5f5f5f; --line: #e0e0e0;
  --paper: #fff; --wash: #f6f7f9; --link: #005a8f;
  --good: #00694d; --bad: #b04400; --unsure: #7a5600; --badge: #fff; }
@media screen and (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --ink: #e6e6e6; --muted: #a8adb4; --line: #3a3f46;
    --paper: #1b1e22; --wash: #24282d; --link: #7fc1f0;
    --good: #5fd0a8; --bad: #ff9a5c; --unsure: #f0c050; --badge: #14171a; } }
* { box-sizing: border-box; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; color: var(--ink);
  background: var(--paper); overflow-wrap: break-word;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans",
  sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: .4rem 0; }
h2 { font-size: 1.15rem; margin: 1.8rem 0 .5rem; }
p { margin: .5rem 0; }
a { color: var(--link); }
code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem;
  font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); }
thead th { color: var(--muted); font-weight: 500; }
tbody th { text-align: left; font-weight: 600; }
figure { margin: .8rem 0; }
figure > svg { width: 100%; height: auto; display: block; background: #fff;
  border-radius: .4rem; }
@media print { article, figure { break-inside: avoid; } }
"""
#: Where an SVG element names a part of its own, or refers to one.
_IDS = re.compile(r'(\bid="|href="#|url\(#)')


def document(title: str, body: Iterable[str], style: str = "") -> str:
    """Return a whole page.

    Parameters
    ----------
    title : str
        Of the window; plain text.
    body : iterable of str
        The parts, HTML.
    style : str
        What this page adds to the common style sheet.
    """
    parts = re.split(r"(?s)(<svg\b.*?</svg>)", "\n".join(body))
    for k in range(1, len(parts), 2):
        # Two drawings in one page must not share the ids of their parts.
        parts[k] = _IDS.sub(rf"\g<1>svg{k // 2}-", parts[k])
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}{style}</style>\n</head>\n"
        f"<body>\n{''.join(parts)}\n</body>\n</html>\n"
    )


def picture(drawn: Figure, alt: str, kind: str = "") -> str:
    """Return a figure to stand in a page, with what it shows in words."""
    from optlab.plots.files import svg_text

    mark = f' class="{kind}"' if kind else ""
    tag = f'<svg role="img" aria-label="{escape(alt)}"'
    return f"<figure{mark}>{tag}{svg_text(drawn).removeprefix('<svg')}</figure>"


def table(head: Sequence[str], rows: Iterable[str]) -> str:
    """Return a table that scrolls sideways where it is too wide.

    Parameters
    ----------
    head : sequence of str
        The columns' names; plain text.
    rows : iterable of str
        ``<tr>`` elements; see `row`.
    """
    return f'<div class="wide">{plain_table(head, rows)}</div>'


def plain_table(head: Sequence[str], rows: Iterable[str]) -> str:
    """Return a table as it is; see `table`."""
    names = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    return (
        f"<table><thead><tr>{names}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def row(cells: Sequence[str], kinds: Sequence[str] = (), kind: str = "") -> str:
    """Return a row of plain text, named by its first cell.

    Parameters
    ----------
    cells : sequence of str
        Plain text.
    kinds : sequence of str
        A CSS class for each cell after the first; none where left out or empty.
    kind : str
        That of the whole row.
    """
    marks = [*kinds, *[""] * (len(cells) - 1 - len(kinds))]
    found = "".join(
        f"<td{_class(mark)}>{escape(cell)}</td>"
        for cell, mark in zip(cells[1:], marks, strict=True)
    )
    return f'<tr{_class(kind)}><th scope="row">{escape(cells[0])}</th>{found}</tr>'


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""
