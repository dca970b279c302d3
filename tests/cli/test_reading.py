"""``optlab run --instruments``: table, pictures, and what cannot be read."""

import pytest

from optlab import Run

QUICK = """\
[data]
source = "moons"
options = { n_samples = 60 }
[model]
layers = [{ units = 4, activation = "tanh" }, { units = 1 }]
[loss]
name = "binary_crossentropy"
from_logits = true
[optimizer]
name = "adam"
learning_rate = 0.05
[training]
epochs = 3
batch_size = 16
"""


@pytest.fixture
def quick(tmp_path):
    path = tmp_path / "quick.toml"
    path.write_text(QUICK)
    return path


def test_a_table_and_pictures(optlab, quick, tmp_path):
    done = optlab("run", quick, "--instruments", "--every", 2)
    assert done.status == 0, done.err
    for text in ("sharpness, largest", "its threshold", "noise scale", "picture: out"):
        assert text in done.out
    folder = tmp_path / "out" / "quick"
    assert (folder / "instruments.png").read_bytes()[:4] == b"\x89PNG"
    assert (folder / "landscape.png").exists()
    trace = Run.load(folder / "record.npz").trace
    assert trace.steps.tolist() == [0, 2, 4, 6, 8]
    assert trace.instruments["sharpness"].shape == (5,)


def test_named_ones_as_a_document(optlab, quick):
    done = optlab("run", quick, "--json", "--instruments", "alpha,density")
    found = done.document["instruments"]
    assert set(found) == {"alpha"}
    assert set(found["alpha"]) == {"first", "median", "last", "lowest", "highest"}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("quick.toml", "--instruments", "sharp"), "Unknown instrument 'sharp'"),
        (("quick.toml", "--every", "5"), "--every goes with --instruments"),
        (("booth", "--instruments"), "a function has no rows"),
    ],
)
def test_what_cannot_be_read(optlab, quick, words, message):
    done = optlab("run", *words)
    assert done.status == 2
    assert message in done.err
