"""The site has a page for every name, where `optlab docs` says that it is."""

import json

import pytest

import optlab
from docs import sources
from optlab import documentation
from optlab.cli.app import VERBS, main
from optlab.diagnosis.causes import CAUSES
from optlab.optimizers import names


@pytest.fixture(scope="module")
def pages():
    return dict(sources.pages())


def test_every_name_stands_where_it_is_looked_for(pages):
    wanted = [*VERBS, *names(), *CAUSES, "[training]"]
    for home in ("optlab", *documentation.MODULES):
        module = optlab if home == "optlab" else getattr(optlab, home)
        wanted += [f"{module.__name__}.{name}" for name in documentation.public(module)]
    kinds = [dict(places()) for places in documentation.KINDS]
    for name in wanted:
        place = next(each[name] for each in kinds if name in each)
        page = pages[f"{place.page}.md"]
        assert place.source.is_file()
        assert place.anchor in page, name


def test_docs_says_where(capsys, tmp_path, monkeypatch):
    assert main(["docs", "adam", "--print"]) == 0
    printed = capsys.readouterr().out
    assert printed.strip().endswith(("rules/adam.py", "optimizers/adam.html"))
    (tmp_path / "optimizers").mkdir()
    (tmp_path / "optimizers" / "adam.html").touch()
    place = documentation.find("Adam")
    assert place.address(tmp_path).startswith("file://")
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    assert main(["docs", "losses.Huber"]) == 0  # no browser: printed
    assert capsys.readouterr().out.strip() == opened[0]
    assert main(["docs", "opt.lr_too_high", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "cause"
    assert main(["docs", "adamm"]) == 2
    assert "adam" in capsys.readouterr().err
