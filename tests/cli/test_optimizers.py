"""``optlab optimizers``: the table, and one optimizer in full."""

import inspect

import pytest

import optlab as lab


def test_lists_the_registry(optlab):
    done = optlab("optimizers")
    assert done.status == 0
    found = optlab("optimizers", "--json").document
    assert [row["name"] for row in found] == lab.optimizers.names()
    table, _, others = done.out.partition("Wrappers of these:")
    assert "SAM" in others and "LBFGS" in others
    lines = table.splitlines()
    assert [line.split()[0] for line in lines[1:]] == lab.optimizers.names()
    for row in found:
        assert "math:" not in row["summary"]


@pytest.mark.parametrize(
    ("name", "slots", "state"),
    [("sgd", [], 0), ("adam", ["momentum", "velocity"], 8), ("lion", ["momentum"], 4)],
)
def test_slots_and_their_bytes(optlab, name, slots, state):
    row = optlab("optimizers", name, "--json").document
    assert (row["slots"], row["state_bytes"]) == (slots, state)


@pytest.mark.parametrize("name", lab.optimizers.names())
def test_one_in_full(optlab, name):
    done = optlab("optimizers", name)
    assert done.status == 0
    assert "←" in done.out and "\\" not in done.out and "References" in done.out
    arguments = inspect.signature(lab.optimizers.lookup(name)).parameters
    own = [name for name, a in arguments.items() if a.kind is a.POSITIONAL_OR_KEYWORD]
    assert "learning_rate" in own
    for argument in own:
        assert f"{argument}=" in done.out


@pytest.mark.parametrize("name", ["sam", "lookahead", "lbfgs", "multi_optimizer"])
def test_wrappers_and_searches_are_shown_by_what_they_say(optlab, name):
    cls = lab.optimizers.class_of(name)
    out = optlab("optimizers", name).out
    assert cls.__doc__.split("\n")[0] in out and f"{cls.__name__}(" in out
    assert optlab("optimizers", name, "--json").document["class"] == cls.__name__


def test_unknown_name(optlab):
    done = optlab("optimizers", "adamm")
    assert (done.status, done.out) == (2, "")
    assert "Did you mean 'adam'" in done.err
