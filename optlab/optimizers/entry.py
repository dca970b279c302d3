"""What the table of optimizers says of each: see `optlab.optimizers.table`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from optlab.optimizers.rule_optimizer import RuleOptimizer

#: Arguments of a constructor.
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Peer:
    """The same rule in another library.

    Attributes
    ----------
    name : str
        What it is called there.
    arguments : mapping
        What makes it ours at its defaults.
    fused : bool
        Whether torch has it as one fused kernel.
    """

    name: str
    arguments: Arguments
    fused: bool = False


@dataclass(frozen=True)
class Entry:
    """One optimizer.

    Attributes
    ----------
    cls : type
        The class.
    odd : tuple of mapping
        Every argument away from its default and from powers of two, with every
        combination of the switches; of those that tf.keras has.
    variants : tuple of mapping
        Arguments that select another rule, each alone.
    usual_rate : float
        A rate that is seldom wrong.
    by_rate : bool
        Whether a step has the size of the rate, whatever the gradient's.
    torch, optax : Peer or None
        The same rule there.
    twin : bool
        Whether tf.keras has it, by the name and with the arguments of the class.
    sources : tuple of str
        What one without a twin was checked against, number by number.
    """

    cls: type[RuleOptimizer]
    odd: tuple[Arguments, ...] = ()
    variants: tuple[Arguments, ...] = ()
    usual_rate: float = 1e-3
    by_rate: bool = False
    torch: Peer | None = None
    optax: Peer | None = None
    twin: bool = True
    sources: tuple[str, ...] = ()
