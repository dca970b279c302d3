"""Results are kept whole, and taken again only while nothing has changed."""

import pytest

from optlab.cases import run_case, store
from optlab.cases.panels import pictures
from optlab.errors import InputError


@pytest.fixture
def kept(tiny, tmp_path):
    folder = store.Store(tmp_path / "cases")
    outcome, found = run_case(tiny, jobs=1)
    folder.keep(outcome, pictures(tiny, found))
    return folder, outcome


def test_what_was_kept_comes_back(tiny, kept):
    folder, outcome = kept
    assert folder.last(tiny.id) == (outcome, True)
    assert folder.good(tiny) == outcome
    assert [path.name for path in folder.pictures(tiny.id)] == [
        "prose-tiny.0.svg",
        "prose-tiny.1.svg",
    ]
    assert not list(folder.folder.glob("*.tmp"))


def test_other_code_makes_a_result_old(tiny, kept, monkeypatch):
    folder, outcome = kept
    monkeypatch.setattr(store, "digest", lambda: "another")
    assert folder.last(tiny.id) == (outcome, False)
    assert folder.good(tiny) is None


def test_a_picture_that_is_gone_makes_a_result_incomplete(tiny, kept):
    folder, _ = kept
    folder.pictures(tiny.id)[0].unlink()
    assert folder.good(tiny) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"digest": "x", "outcome": {}}'])
def test_an_unreadable_file_counts_as_none(tiny, kept, text):
    folder, _ = kept
    (folder.folder / "prose-tiny.json").write_text(text)
    assert folder.last(tiny.id) is None


def test_a_folder_that_cannot_be_made(tmp_path, kept):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be kept"):
        store.Store(tmp_path / "file").keep(kept[1])
