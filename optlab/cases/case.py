"""What a case is: a claim, the variants that test it, and the rule that judges it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from optlab.cases.figures import Figure
from optlab.cases.findings import Findings
from optlab.cases.variant import Side
from optlab.errors import InputError

#: The fewest runs of a variant that a verdict may rest on.
FEWEST_SEEDS = 5


@dataclass(frozen=True)
class Verdict:
    """What a case came to.

    Attributes
    ----------
    word : {"holds", "fails", "depends"}
    condition : str
        Under which conditions, with the figures that say so.
    """

    word: Literal["holds", "fails", "depends"]
    condition: str


@dataclass(frozen=True)
class Case:
    """One claim of the casebook.

    Attributes
    ----------
    id : str
        "000-1" for the first example of article 000, "prose-..." for other claims.
    articles : tuple of str
        The numbers of the articles that make the claim; see `optlab.cases.articles`.
        None where it is a paper's, which the claim then names.
    title : str
        A few words.
    claim : str
        What is claimed, in one sentence that can be true or false.
    variants : dict of str to Variant or Descent
        What is compared.
    figures : tuple of Figure
        What is measured on every run.
    judge : callable
        ``judge(findings) -> Verdict``.
    why : str
        A paragraph on the reason.
    panels : tuple
        The pictures; see `optlab.cases.panels`.
    seeds : tuple of int
        At least five.
    twins : tuple of str or None
        The variants that tf.keras repeats; None for all.
    twin_steps : int
        How many of their first steps are repeated.

    Raises
    ------
    InputError
        If there are too few seeds or variants, or `twins` names no variant.
    """

    id: str
    articles: tuple[str, ...]
    title: str
    claim: str
    variants: Mapping[str, Side]
    figures: tuple[Figure, ...]
    judge: Callable[[Findings], Verdict]
    why: str
    panels: Sequence[Any] = ()
    seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    twins: tuple[str, ...] | None = None
    twin_steps: int = 100

    def __post_init__(self) -> None:
        """Check what a verdict needs."""
        if len(set(self.seeds)) < FEWEST_SEEDS:
            raise InputError(
                f"`seeds` must hold at least {FEWEST_SEEDS} different ones. "
                f"Received: seeds={self.seeds} in the case {self.id!r}"
            )
        if not self.variants or not self.figures:
            raise InputError(f"The case {self.id!r} needs `variants` and `figures`.")
        for variant in self.twins or ():
            if variant not in self.variants:
                raise InputError(
                    f"`twins` must name variants ({', '.join(self.variants)}). "
                    f"Received: {variant!r} in the case {self.id!r}"
                )

    @property
    def article(self) -> str:
        """The numbers of the articles in one string."""
        return ", ".join(self.articles)

    @property
    def is_example(self) -> bool:
        """Whether it is one of the articles' code examples."""
        return not self.id.startswith("prose-")

    @property
    def runs(self) -> int:
        """How many runs the case takes."""
        return len(self.variants) * len(self.seeds)
