import re

import pytest

import optlab
from optlab.errors import InputError
from optlab.study import StudyPage, study
from optlab.study.translate import Translator, UntranslatableError


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    monkeypatch = pytest.MonkeyPatch()
    page = study("quadratic", ["adam", "lion"], steps=50)
    # What the library ended with is checked elsewhere.
    monkeypatch.setattr(StudyPage, "checkpoints", lambda self: [])
    path = page.write(tmp_path_factory.mktemp("study") / "study.html")
    monkeypatch.undo()
    return path.read_text("utf-8")


def test_the_page_is_one_file_of_bounded_size_that_asks_for_nothing(html):
    assert len(html.encode()) < 600_000
    outside = re.findall(r"""(?:src|href)\s*=\s*["'](?!#|data:)[^"'$]+["']""", html)
    assert outside == []
    assert "/* script */" not in html and "/* style */" not in html
    assert not re.search(
        r"\bfetch\(|XMLHttpRequest|import\(|@import|[^.\w]url\((?!#)", html
    )


def test_every_named_part_has_an_element(html):
    ids = re.findall(r'\bid="([\w-]+)"', html)
    assert len(ids) == len(set(ids))
    asked = set(re.findall(r'\$\("([\w-]+)"\)', html))
    assert asked - set(ids) == set()


def test_all_elementwise_rules_are_on_it_and_the_others_are_named():
    found = study().catalogue
    names = {entry["name"] for entry in found.entries} | set(found.left_out)
    from optlab.optimizers.table import TABLE

    assert names >= set(TABLE)
    assert {"adam", "sgd", "rmsprop"} <= {entry["name"] for entry in found.entries}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"problem": "double-well"}, "two coordinates"),
        ({"chosen": ["lamb"]}, "norm of a whole tensor"),
        ({"chosen": ["adam"] * 6}, "5 optimizers"),
        ({"chosen": [{"name": "adam", "clipnorm": 1.0}]}, "clipnorm"),
        ({"chosen": [optlab.SGD(lambda step: 0.1)]}, "one rate"),
        ({"steps": 5000}, "1000 steps"),
    ],
)
def test_what_it_cannot_show_is_refused_by_name(arguments, said):
    with pytest.raises(InputError, match=said):
        study(**arguments)


def test_an_unknown_operation_is_named():
    import numpy as np

    def odd(param, grad, learning_rate):
        return (param - np.tanh(grad) * learning_rate,)

    with pytest.raises(UntranslatableError, match=r"tanh\(grad\).*odd"):
        Translator().function(odd)
