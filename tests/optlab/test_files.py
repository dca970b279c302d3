"""Files are written whole or not at all."""

import os

import pytest

from optlab.errors import InputError
from optlab.files import write_atomically, write_text


@pytest.fixture
def path(tmp_path):
    target = tmp_path / "a.txt"
    write_text(target, "one")
    return target


def alone(path):
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_text_takes_the_place_of_a_file(path):
    write_text(path, "zwei ü")
    assert path.read_text("utf-8") == "zwei ü"
    assert alone(path)


def test_permissions_follow_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        write_text(tmp_path / "b.txt", "")
    finally:
        os.umask(before)
    assert (tmp_path / "b.txt").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_error_in_the_block_leaves_the_old_file(path, error):
    with pytest.raises(error), write_atomically(path) as file:
        file.write(b"half")
        raise error
    assert path.read_text() == "one"
    assert alone(path)


def test_a_full_disk_leaves_the_old_file_and_names_it(path):
    with pytest.raises(InputError, match=r"a\.txt': No space left on device"):
        with write_atomically(path):
            raise OSError(28, "No space left on device")
    assert path.read_text() == "one"
    assert alone(path)


def test_a_link_is_followed(path):
    link = path.with_name("link")
    link.symlink_to(path.name)
    write_text(link, "two")
    assert link.is_symlink()
    assert path.read_text() == "two"


@pytest.mark.parametrize("name", ["/dev/null", ".", "missing/a.txt"])
def test_what_is_no_file_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=f"Cannot write '{name}'"):
        write_text(name, "x")
    assert os.path.exists("/dev/null") and not os.path.isfile("/dev/null")
