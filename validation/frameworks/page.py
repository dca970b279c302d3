"""The page of the documentation: same name, other numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optlab.validation.frameworks.comparing import BUG, OTHER, Comparison

HEAD = """# Same name, other numbers

Written by `python docs/same_name.py`: do not edit.

    optlab verify --torch --optax --library pytorch_optimizer --library timm
    optlab verify --class module:Class

Ours are tf.keras's own to the last bit (docs/parity.md), or the authors' where tf.keras
has none. Each is stepped beside its namesake for 100 steps on the same gradients, of
sizes from 1e-3 to 1, in float32 and float64, once with the same arguments on both sides
(numbers that float32 holds exactly, and a large epsilon), once with everybody's own
defaults. What differs in float64 by more than 1e-12 of a parameter is another formula;
the line that is different is proved by a variant that has it, and then agrees.

The second command says which of all these rules an optimizer of your own is: a
`torch.optim.Optimizer`, or a function that returns a transformation of optax. It is
made with numbers near its defaults, and stepped beside every rule and every variant.
"""


def markdown(
    comparisons: Sequence[Comparison], versions: Mapping[str, str], date: str
) -> str:
    """Return the whole page."""
    lines = [HEAD]
    words = ", ".join(f"{name} {version}" for name, version in versions.items())
    lines.append(f"Measured {date}: {words}.\n")
    counts: dict[str, int] = {}
    for each in comparisons:
        counts[each.verdict] = counts.get(each.verdict, 0) + 1
    lines.append("; ".join(f"{k}: {v}" for k, v in counts.items()) + ".\n")
    lines += [
        "| there | here | arguments | verdict | evidence |",
        "| --- | --- | --- | --- | --- |",
    ]
    for each in comparisons:
        pair = each.pair
        told = each.evidence.replace("|", "\\|")
        lines.append(
            f"| {pair.framework} {pair.theirs} | {pair.ours} | "
            f"{', '.join(pair.switches)} | {each.verdict} | {told} |"
        )
    lines += [
        "\n## With everybody's own defaults\n",
        "How far apart the parameters end after 100 steps, as a part of the longest "
        "way that one of them went.\n",
        "| there | here | apart | defaults that differ |",
        "| --- | --- | ---: | --- |",
    ]
    for each in comparisons:
        pair = each.pair
        lines.append(
            f"| {pair.framework} {pair.theirs} | {pair.ours} | "
            f"{100 * each.apart:.2g} % | {'; '.join(each.defaults)} |"
        )
    bugs = [each for each in comparisons if each.verdict == BUG]
    if bugs:
        lines.append("\n## What contradicts its own paper\n")
    for each in bugs:
        name = f"{each.pair.framework} {each.pair.theirs}"
        lines.append(f"**{name}.** {each.pair.bug}.\n")
        lines.append(f"```python\n{each.pair.program}```\n")
    unexplained = [e for e in comparisons if e.verdict == OTHER and not e.explained]
    if unexplained:
        names = ", ".join(f"{e.pair.framework} {e.pair.theirs}" for e in unexplained)
        lines.append(f"\nNot traced to a line: {names}.\n")
    return "\n".join(lines).rstrip() + "\n"
