"""Check the links within a built site: ``python -m docs.sources.links FOLDER``.

Sphinx checks those that it resolves itself; these are the others: raw HTML, anchors,
pictures and what the theme writes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

#: The study page reads its settings where others have an anchor.
_WITHOUT_ANCHORS = {"study.html"}


class Page(HTMLParser):
    """What a page links to, and the anchors that it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = {""}
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element says."""
        for key, value in attrs:
            if key in ("href", "src") and value and not (tag, value) == ("a", "#"):
                self.links.append(value)
            elif key in ("id", "name") and value:
                self.anchors.add(value)


def broken(site: Path) -> Iterator[str]:
    """Yield every link within the site that leads nowhere."""
    files = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    pages = {path: Page(path) for path in files}
    for path, page in pages.items():
        for link in dict.fromkeys(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = path
            if parts.path:
                target = (path.parent / unquote(parts.path)).resolve()
            target = target / "index.html" if target.is_dir() else target
            known = pages[target].anchors if target in pages else {parts.fragment}
            lost = unquote(parts.fragment) not in known
            if not target.is_file() or (lost and target.name not in _WITHOUT_ANCHORS):
                yield f"{path.relative_to(site)}: {link}"


def main() -> int:
    """Print what is broken; return the exit status."""
    site = Path(sys.argv[1]).resolve()
    found = list(broken(site))
    for line in found:
        print(line)
    print(f"{len(found)} broken links in {site}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
