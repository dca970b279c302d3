"""The frame of reports: unique ids, headed tables, both schemes, nothing loaded."""

import re

from matplotlib.figure import Figure

from optlab.html_page import document, picture, row, table


def drawn():
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([1, 2])
    return figure


def test_a_page_with_two_equal_pictures_has_no_id_twice():
    page = document("A <page>", [picture(drawn(), "one"), picture(drawn(), 'a "b"')])
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) > 10 and len(ids) == len(set(ids))
    used = re.findall(r'(?:href="#|url\(#)([^")]+)', page)
    assert used and set(used) <= set(ids)
    assert "<title>A &lt;page&gt;</title>" in page
    assert 'aria-label="a &quot;b&quot;"' in page
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]+"|<!DOCTYPE[^>]+>', "", page) or (
        not re.search(r'(src|href)="http', page)
    )
    assert "prefers-color-scheme: dark" in page and "@media print" in page


def test_tables_name_their_columns_and_rows():
    found = table(["", "a<b"], [row(["x", "1"], ["num"], "best"), row(["y", "2"])])
    assert found.count('scope="col"') == 2 and found.count('scope="row"') == 2
    assert '<tr class="best">' in found and '<td class="num">1</td>' in found
    assert "a&lt;b" in found
