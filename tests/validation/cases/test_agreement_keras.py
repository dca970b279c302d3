"""Twins of cases agree with tf.keras, and a disagreement is seen."""

import math

import pytest

from optlab.cases import find
from optlab.validation.cases import agreement, compare_case


@pytest.mark.parametrize("id", ["001-3", "001-2"])
def test_cases_agree(id):
    case = find(id)
    found = compare_case(case)
    assert found["status"] == "agrees", found
    assert list(found["variants"]) == list(case.twins or case.variants)
    for variant in found["variants"].values():
        assert variant["local"] <= agreement.LOCAL
        assert variant["keras_loss"] == pytest.approx(variant["loss"], rel=1e-5)


def test_a_run_that_diverges_is_compared_up_to_there():
    variant = compare_case(find("001-2"))["variants"]["unscaled"]
    assert variant["steps"] < 10
    assert math.isfinite(variant["keras_loss"])


@pytest.mark.parametrize(
    ("loss", "twin", "local", "agrees"),
    [
        (1.0, 1.0, 0.0, True),
        (1.0, 1.005, 1e-6, True),
        (1.0, 1.05, 0.0, False),
        (1.0, 1.0, 1e-3, False),
        (1.0, math.nan, 0.0, False),
        (math.nan, math.nan, math.nan, False),
    ],
)
def test_what_counts_as_agreement(loss, twin, local, agrees):
    assert agreement._entry(5, loss, twin, 0.0, local)["agrees"] is agrees


def test_another_optimizer_is_found_out(monkeypatch):
    from optlab import SGD
    from optlab.validation.runs import walking

    make = walking.optimizer_to_keras
    monkeypatch.setattr(
        walking, "optimizer_to_keras", lambda ours, x: make(SGD(0.05), x)
    )
    found = compare_case(find("001-3"))
    assert found["status"] == "differs"
    assert found["text"].startswith("tf.keras differs in from 0")
