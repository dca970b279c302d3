"""The page and the Markdown hold everything, and the page needs nothing else."""

import dataclasses
import re
from html.parser import HTMLParser

import pytest

from optlab.cases import run_case
from optlab.cases.markdown import write_markdown
from optlab.cases.page import write_page
from optlab.cases.panels import pictures
from optlab.cases.store import Store, versions


@pytest.fixture
def shown(tiny, tmp_path):
    outcome, found = run_case(tiny, jobs=1)
    outcome.date, outcome.versions = "2026-01-02", versions()
    outcome.runs_as_written = False
    outcome.failures = [{"line": "f(x < 1)", "error": "TypeError: no"}]
    folder = Store(tmp_path)
    folder.keep(outcome, pictures(tiny, found))
    return outcome, folder


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta", "img", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_self_contained(shown):
    page = write_page([shown[0]], shown[1])
    parser = Tags()
    parser.feed(page)
    assert parser.open == []
    tags = parser.found
    addresses = [a.get("src") or a.get("href") or "" for _, a in tags]
    assert all(s.startswith(("data:", "#")) for s in addresses if s)
    assert "@import" not in page
    assert "url(" not in page
    assert (
        "meta",
        {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    ) in tags
    images = [a for tag, a in tags if tag == "img"]
    assert len(images) == 2
    assert all(image["alt"] for image in images)
    assert "Small &amp; huge &lt;rates&gt;" in page
    assert "<code>f(x &lt; 1)</code>" in page
    assert "all diverged" in page


def test_markdown_has_date_versions_and_figures(shown):
    text = write_markdown([shown[0]])
    assert "2026-01-02" in text
    for name, version in versions().items():
        assert re.search(f"{name} {re.escape(version)}", text, re.IGNORECASE)
    assert "**The claim holds.** The huge one diverges." in text
    assert "| huge | all diverged |" in text
    assert "`f(x < 1)` raises TypeError: no" in text


SCRIPT = "<script>alert(1)</script>"


def poisoned(value):
    """Return the same structure with a script at the end of every text."""
    if isinstance(value, dict):
        return {key: poisoned(part) for key, part in value.items()}
    if isinstance(value, list):
        return [poisoned(part) for part in value]
    return value + SCRIPT if isinstance(value, str) else value


def test_no_text_becomes_markup(shown):
    texts = {
        field.name: getattr(shown[0], field.name) + SCRIPT
        for field in dataclasses.fields(shown[0])
        if isinstance(getattr(shown[0], field.name), str)
        and field.name not in ("id", "verdict", "article", "date")
    }
    assert {"title", "claim", "condition", "why"} <= set(texts)
    failures = poisoned(shown[0].failures)
    bad = dataclasses.replace(shown[0], **texts, failures=failures)
    page = write_page([bad], shown[1])
    assert "&lt;script&gt;" in page
    assert "<script" not in page


def test_what_an_articles_example_leaves_out_is_said(shown):
    outcome = dataclasses.replace(shown[0], id="000-2", runs_as_written=True)
    assert outcome.as_written == (
        "The article's example leaves out `x_train`. Its calls, given these, run."
    )
    assert outcome.report()["needs"] == ["x_train"]
    whole = dataclasses.replace(outcome, id="001-1")
    assert whole.as_written.endswith("defines all that it uses. Its calls run.")
