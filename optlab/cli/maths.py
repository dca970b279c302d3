r"""Docstrings for a terminal: the TeX of their formulas as plain characters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable

#: What only sets the size of a bracket, or the shape of a letter.
_SIZES = ("left", "right", "big", "bigl", "bigr", "Big", "Bigl", "Bigr", "mathbb")
_SIGNS = {
    **dict.fromkeys(_SIZES, ""),
    "alpha": "α",
    "approx": "≈",
    "beta": "β",
    "cdot": "·",
    "cdots": "…",
    "circ": "∘",
    "Delta": "Δ",
    "delta": "δ",
    "dots": "…",
    "epsilon": "ε",
    "eta": "η",
    "gamma": "γ",
    "ge": "≥",
    "in": "∈",
    "infty": "∞",
    "kappa": "κ",
    "lambda": "λ",
    "langle": "⟨",
    "ldots": "…",
    "le": "≤",
    "leftarrow": "←",
    "lvert": "|",
    "lVert": "‖",
    "mu": "μ",
    "nabla": "∇",
    "ne": "≠",
    "neq": "≠",
    "odot": "⊙",
    "omega": "ω",
    "otimes": "⊗",
    "partial": "∂",
    "phi": "φ",
    "pi": "π",
    "pm": "±",
    "prod": "∏",
    "psi": "ψ",
    "qquad": "   ",
    "quad": "  ",
    "rangle": "⟩",
    "rho": "ρ",
    "rightarrow": "→",
    "rvert": "|",
    "rVert": "‖",
    "sigma": "σ",
    "sim": "~",
    "sum": "∑",
    "tau": "τ",
    "theta": "θ",
    "times": "×",
    "top": "ᵀ",
    "xi": "ξ",
    "zeta": "ζ",
}
_ACCENTS = {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303"}
_POWERS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
#: An argument in braces, which may hold one more pair.
_GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"


def readable(docstring: str) -> str:
    r"""Return a docstring with its formulas as plain characters.

    Examples
    --------
    >>> readable(r"Gradient descent: :math:`w \leftarrow w - \eta g^2`.")
    'Gradient descent: w ← w - η g².'
    """
    text = inspect.cleandoc(docstring)
    text = re.sub(r":math:`([^`]*)`", lambda found: _plain(found[1]), text)
    text = re.sub(r"^\.\. math:: (.+)$", r".. math::\n    \1", text, flags=re.MULTILINE)
    return re.sub(
        r"^\.\. math::\n((?:[ \t]+.*\n|\n)+)",
        lambda found: "\n".join(_lines(found[1])) + "\n\n",
        text + "\n",
        flags=re.MULTILINE,
    ).rstrip("\n")


def _lines(block: str) -> list[str]:
    """Return the lines of a displayed formula, as TeX breaks them."""
    text = " ".join(block.split())
    return [f"    {_plain(line)}" for line in text.split(r"\\")]


def _plain(tex: str) -> str:
    """Return a formula as plain characters."""
    text = tex.replace("&", " ").replace("\n", " ").strip()
    text = re.sub(r"\\[,;:!]", " ", text)
    for _ in range(3):  # Groups within groups.
        text = re.sub(rf"\\(?:mathrm|text){_GROUP}", r"\1", text)
        text = re.sub(r"\\t?frac\s*(\w)\s*(\w)", r"\1/\2", text)
        text = re.sub(rf"\\t?frac{_GROUP}\s*{_GROUP}", r"(\1) / (\2)", text)
        text = re.sub(rf"\\sqrt{_GROUP}", r"√(\1)", text)
    text = re.sub(r"\\sqrt\s*", "√", text)
    for name, accent in _ACCENTS.items():
        accented = rf"\\{name}\s*(?:\{{(\w)\}}|(\\[A-Za-z]+|\w))"
        text = re.sub(accented, _accented(accent), text)
    text = re.sub(r"\\([A-Za-z]+)", lambda found: _SIGNS.get(found[1], found[1]), text)
    text = re.sub(
        r"\^(?:\{(\d+)\}|(\d))", lambda m: (m[1] or m[2]).translate(_POWERS), text
    )
    text = re.sub(r"\^ᵀ", "ᵀ", text)
    text = re.sub(r"([_^])\{(\w+)\}", r"\1\2", text)
    text = re.sub(r"([_^])\{([^{}]*)\}", r"\1(\2)", text)
    text = text.replace("{", "").replace("}", "").replace("\\", "")
    return re.sub(r" {4,}", "   ", text)


def _accented(accent: str) -> Callable[[re.Match[str]], str]:
    """Return a replacement that puts an accent on the first letter."""

    def replace(found: re.Match[str]) -> str:
        body = found[1] or found[2]
        if body.startswith("\\"):
            body = _SIGNS.get(body[1:], body[1:])
        return body[0] + accent + body[1:]

    return replace
