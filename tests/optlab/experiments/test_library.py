import pytest

from optlab.errors import InputError
from optlab.experiments import (
    Experiment,
    describe,
    find,
    locate,
    shipped,
)


def test_what_is_shipped():
    names = shipped()
    assert names == sorted(names)
    expected = {
        "breast-cancer",
        "circles",
        "diabetes",
        "digits",
        "double-well",
        "himmelblau",
        "iris",
        "moons",
        "rosenbrock",
        "wine",
    }
    assert expected <= set(names)


@pytest.mark.parametrize("name", shipped())
def test_each_has_a_header_and_survives_a_round_trip(name):
    experiment = find(name)
    assert 20 < len(describe(name)) <= 88
    assert describe(name).endswith(".")
    again = Experiment.from_toml(experiment.to_toml())
    assert again == experiment
    assert again.to_dict() == experiment.to_dict()
    assert experiment.name == name


@pytest.mark.parametrize("name", shipped())
def test_each_builds(name):
    built = find(name).build()
    assert (built.model is None) == (built.problem is not None)
    assert built.optimizer is not None


def test_digits_is_the_network_of_the_readme():
    built = find("digits").build()
    assert [w.shape for w in built.model.get_weights()] == [
        (64, 128),
        (128,),
        (128, 10),
        (10,),
    ]


def test_names_in_any_spelling_and_files_first(tmp_path, monkeypatch):
    assert locate("Double_Well") == locate("double-well")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits").write_text(find("iris").to_toml())
    assert find("digits").data.source == "iris"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digitz", "There is no experiment 'digitz'. Did you mean 'digits'?"),
        ("qqqqqq", "or give the path of a .toml file"),
        ("mine.tml.toml", "There is no experiment file mine.tml.toml."),
        ("no/such.toml", "There is no experiment file no/such.toml."),
        ("../shipped/digits", "There is no experiment file"),
        (".", "is a folder"),
    ],
)
def test_not_found(tmp_path, monkeypatch, name, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        find(name)
    assert message in str(caught.value)


def test_nearest_file(tmp_path):
    (tmp_path / "first.toml").write_text(find("iris").to_toml())
    with pytest.raises(InputError, match=r"Did you mean '.*first\.toml'"):
        find(tmp_path / "firts.toml")
