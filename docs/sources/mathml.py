"""A Sphinx extension: formulas as MathML, which needs neither script nor network."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def inline(self: Any, node: nodes.math) -> None:
    """Write a formula within a line."""
    self.body.append(tex2mathml(_known(node.astext()), as_block=False))
    raise nodes.SkipNode


def displayed(self: Any, node: nodes.math_block) -> None:
    """Write a formula of its own lines, aligned at the signs that say so."""
    tex = _known(node.astext())
    if r"\\" in tex or "&" in tex:
        tex = rf"\begin{{aligned}}{tex}\end{{aligned}}"
    self.body.append(f'<div class="formula">{tex2mathml(tex, as_block=True)}</div>')
    raise nodes.SkipNode


def _known(tex: str) -> str:
    """Return a formula without what docutils does not know: browsers size brackets."""
    tex = tex.replace(r"\dots", r"\ldots")
    return re.sub(r"\\[bB]igg?[lr]?(?![a-zA-Z])", "", tex)


def setup(app: Any) -> dict[str, Any]:
    """Enter it as a way of writing formulas."""
    app.add_html_math_renderer("mathml", (inline, None), (displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
