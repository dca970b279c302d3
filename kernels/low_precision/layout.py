"""How the numbers of one step are kept."""

from __future__ import annotations

from typing import NamedTuple


class Layout(NamedTuple):
    """How the numbers of one step are kept.

    Attributes
    ----------
    param : str
        The format of parameters and gradients, of `formats.FORMATS`.
    slots : tuple of str
        That of each slot: one of those, or "signed" or "unsigned", the dynamic codes.
    stochastic : bool
        Whether numbers are rounded stochastically.
    master : bool
        Whether the rule updates a copy of the parameters in float32, which is rounded
        to nearest.
    block : int
        Numbers of one block of bytes.
    """

    param: str
    slots: tuple[str, ...]
    stochastic: bool
    master: bool
    block: int
