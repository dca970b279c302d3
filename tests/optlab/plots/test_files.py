"""Saving pictures: PNG or SVG, whole or not at all."""

import os

import pytest
from matplotlib.figure import Figure

from optlab.errors import InputError
from optlab.plots import checked_path, save


@pytest.fixture
def figure():
    figure = Figure(figsize=(2, 1))
    figure.subplots().plot([1, 2])
    return figure


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.jpeg", "png"])
def test_another_suffix_is_refused(name, figure, tmp_path):
    with pytest.raises(InputError, match=r"\.png or \.svg"):
        save(figure, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_upper_case_suffix_and_text_path(figure, tmp_path):
    path = save(figure, str(tmp_path / "A.PNG"))
    assert path.read_bytes().startswith(b"\x89PNG")


def test_a_missing_folder_is_named(figure, tmp_path):
    with pytest.raises(InputError, match=r"no folder .*nowhere"):
        save(figure, tmp_path / "nowhere" / "a.png")


def test_a_folder_in_the_place_of_the_file(figure, tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        save(figure, tmp_path / "a.png")


def test_a_folder_that_cannot_be_written_to(figure, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match="cannot be written to"):
        checked_path(tmp_path / "a.png")


def test_a_failed_write_leaves_the_old_picture_and_no_other_file(
    figure, tmp_path, monkeypatch
):
    target = save(figure, tmp_path / "a.png")
    before = target.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(figure, "savefig", full)
    with pytest.raises(InputError, match="No space left on device"):
        save(figure, target)
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


def test_permissions_follow_the_umask(figure, tmp_path):
    before = os.umask(0o027)
    try:
        mode = save(figure, tmp_path / "a.svg").stat().st_mode
    finally:
        os.umask(before)
    assert mode & 0o777 == 0o640
