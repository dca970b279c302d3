"""Arguments of `load` that are out of range are refused, not taken for a default."""

import io
import zipfile

import numpy as np
import pytest

from optlab.data import load
from optlab.errors import InputError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": "standart"}, "Did you mean 'standard'"),
        ({"scale": True}, "`scale` must be one of"),
        ({"target_scale": "minmax"}, "`target_scale` must be one of none, standard"),
        ({"missing": "zero"}, "`missing` must be one of"),
        ({"validation": 1.5}, r"`validation` must be in \[0, 1\)"),
        ({"validation": 1e30}, "`validation` must be in"),
        ({"validation": -0.1}, "`validation` must be in"),
        ({"validation": float("nan")}, "`validation` must be"),
        ({"validation": "0.2"}, "`validation` must be a number"),
        ({"one_hot": "False"}, "Did you mean false"),
        ({"classification": 1}, "`classification` must be"),
        ({"strict": None}, "`strict` must be"),
        ({"seed": -1}, "`seed` must be"),
        ({"seed": None}, "`seed` must be"),
        ({"seed": 2**32}, "`seed` must be"),
        ({"dtype": "float16"}, "must be float32 or float64"),
        ({"options": 3}, "`options` must be a table"),
        ({"target": 3}, "`target` must be a column"),
        ({"features": []}, "`features` must be a column"),
    ],
)
def test_out_of_range(arguments, message):
    with pytest.raises((InputError, TypeError), match=message):
        load("linear", **arguments)


@pytest.mark.parametrize("source", [3, None, ["digits"]])
def test_a_source_is_a_name(source):
    with pytest.raises(InputError, match="`source` must be a name or a path"):
        load(source)


def test_an_unknown_home_is_no_internal_error():
    with pytest.raises(InputError, match="cannot be read"):
        load("~nobody-of-this-name/a.csv")


def member(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"no array at all",
        member(np.zeros(3))[:-9],
        member(np.zeros(3)).replace(b"(3,)", b"(3**"),
        member(np.zeros(3)).replace(b"(3,), }         ", b"(3000000000000,)}"),
    ],
)
def test_a_damaged_archive_is_named(tmp_path, content):
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", content)
        archive.writestr("y.npy", member(np.zeros(3)))
    with pytest.raises(InputError, match=r"a\.npz"):
        load(str(path))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(InputError, match=r"a\.npz"):
        load(str(path))


def test_nothing_pickled_is_read(tmp_path):
    path = tmp_path / "a.npz"
    np.savez(path, x=np.array([{}], object), y=np.zeros(1))
    with pytest.raises(InputError, match=r"a\.npz.*allow_pickle"):
        load(str(path))
