"""``optlab schedule``: the list, the table, the picture, bad input."""

import pytest

import optlab as lab

DECAY = ["--set", "initial_learning_rate=0.1", "--set", "decay_steps=40"]


def test_lists_all(optlab):
    done = optlab("schedule")
    assert done.status == 0
    found = optlab("schedule", "--json").document
    assert [entry["name"] for entry in found] == lab.schedules.names()
    for entry in found:
        assert entry["name"] in done.out and entry["summary"]


def test_table_and_json_agree_with_the_schedule(optlab):
    words = ["schedule", "cosine-decay", *DECAY, "--steps", 50]
    schedule = lab.schedules.CosineDecay(0.1, 40)
    document = optlab(*words, "--json").document
    assert document["rates"] == [schedule(step) for step in range(50)]
    lines = optlab(*words).out.splitlines()
    assert lines[-1].split() == ["49", "0"]


def test_plot(optlab, tmp_path):
    assert optlab("schedule", "cosine_decay", *DECAY, "--plot", "a.svg").status == 0
    assert "<svg" in (tmp_path / "a.svg").read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cosine"], "Did you mean 'cosine_decay'?"),
        (["cosine_decay"], "needs initial_learning_rate, decay_steps"),
        (["cosine_decay", *DECAY, "--set", "alfa=1"], "alfa"),
        (["cosine_decay", *DECAY, "--set", "decay_steps=2"], "twice"),
        (["cosine_decay", *DECAY[:3], "decay_steps=-1"], "decay_steps"),
        (["cosine_decay", *DECAY, "--steps", "0"], "steps"),
    ],
)
def test_bad_input_is_status_2(optlab, words, said):
    done = optlab("schedule", *words)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("error: ") and said in done.err
