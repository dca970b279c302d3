"""The catalogue is complete, and unknown ids are answered with the nearest."""

import re

import pytest

from optlab.cases import catalogue, find, select
from optlab.cases.articles import ARTICLES
from optlab.errors import InputError

EXAMPLES = [f"{article}-{k}" for article in ARTICLES for k in (1, 2, 3)]
PROSE = {
    "adam-betas",
    "adam-edge",
    "batch-size",
    "bias-correction",
    "capacity",
    "deep-sigmoid",
    "edge-of-stability",
    "gradient-clipping",
    "imbalance-loss",
    "initialization",
    "l1-dropout",
    "label-noise",
    "low-rate",
    "outliers",
    "schedules",
    "shallow-minima",
    "sigmoid-output",
}


def test_every_example_and_prose_claim_has_its_case():
    cases = catalogue()
    assert list(cases)[:15] == EXAMPLES
    assert set(cases) >= set(EXAMPLES) | {f"prose-{name}" for name in PROSE}


@pytest.mark.parametrize("id", [*EXAMPLES, *(f"prose-{n}" for n in sorted(PROSE))])
def test_each_case_is_fit_to_be_shown(id):
    case = find(id)
    assert case.id == id
    assert len(set(case.seeds)) >= 5
    assert len(case.variants) >= 2
    assert case.panels
    assert set(case.articles) <= set(ARTICLES)
    assert case.id.startswith("prose-") or case.articles == (id[:3],)
    for text in (case.claim, case.why):
        assert text.endswith(".")
        assert not re.search(r"\s\s", text)
        # A word that lost its space where two lines of source meet.
        assert not re.search(r"[a-z][,;:][a-zA-Z]", text)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["003"], ["003-1", "003-2", "003-3"]),
        (["examples"], EXAMPLES),
        (["PROSE_capacity", "000-2", "prose-capacity"], ["prose-capacity", "000-2"]),
    ],
)
def test_groups_stand_for_their_cases(words, expected):
    assert [case.id for case in select(words)] == expected


@pytest.mark.parametrize(
    ("word", "near"),
    [("000-4", "000-1"), ("0003-1", "003-1"), ("batch", "prose-batch-size")],
)
def test_an_unknown_id_is_answered_with_the_nearest(word, near):
    with pytest.raises(InputError, match=f"Unknown case '{word}'. Nearest: .*{near}"):
        select([word])
