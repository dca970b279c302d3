"""Formulas of docstrings as plain characters."""

import re

import pytest

import optlab
from optlab.cli.maths import readable


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\beta_1^t", "β_1^t"),
        (r"m \leftarrow m + (g - m)(1 - \beta_1)", "m ← m + (g - m)(1 - β_1)"),
        (r"\sqrt{v} + \epsilon", "√(v) + ε"),
        (r"\sqrt v", "√v"),
        (r"\frac{m}{\sqrt{v}}", "(m) / (√(v))"),
        (r"\tfrac1t x", "1/t x"),
        (r"\frac g d", "g/d"),
        (r"\hat\beta_t", "β̂_t"),
        (r"\bar g^2", "ḡ²".replace("ḡ", "g\u0304")),
        (r"\mathrm{RMS}(w)\, x_{new}", "RMS(w)  x_new"),
        (r"x^{t+1}", "x^(t+1)"),
        (r"(t - 1)^{1/4}", "(t - 1)^(1/4)"),
        (r"\left(\langle g, w \rangle\right) \otimes \ldots", "(⟨ g, w ⟩) ⊗ …"),
        (r"\max(1, \lVert u \rVert)", "max(1, ‖ u ‖)"),
    ],
)
def test_formula(tex, text):
    assert readable(f"a :math:`{tex}` b") == f"a {text} b"


@pytest.mark.parametrize("name", optlab.optimizers.names())
def test_no_formula_keeps_a_word_of_tex(name):
    text = readable(optlab.optimizers.get(name).__doc__)
    words = r"\\|\b(left|right|[lr]angle|big[lr]?|ldots|otimes|circ|math(bb|rm))\b"
    formulas = [line for line in text.splitlines() if line.startswith("    ")]
    assert not [line for line in formulas if re.search(words, line)]


def test_displayed_formula_is_a_block():
    docstring = """One line.

    .. math::
        v &= g^2 \\\\
        w &\\leftarrow w - v

    After it.
    """
    assert readable(docstring).splitlines() == [
        "One line.",
        "",
        "    v  = g²",
        "    w  ← w - v",
        "",
        "After it.",
    ]
