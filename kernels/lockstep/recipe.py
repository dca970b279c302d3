"""What models that are trained in lock step have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Elementwise:
    """An activation's kernels.

    Attributes
    ----------
    forward, backward : callable
        As `optlab.kernels.activations` has them.
    from_output : bool
        Whether the derivative is had from the output.
    constants : tuple of float
        What both take after the arrays.
    """

    forward: Callable[..., None]
    backward: Callable[..., None]
    from_output: bool
    constants: tuple[float, ...] = ()


@dataclass(frozen=True)
class Recipe:
    """What the models of a block have in common.

    Attributes
    ----------
    activations : tuple of Elementwise
        One a dense layer. The last one sees one model at a time, so that it may be a
        softmax.
    biases : tuple of bool
        Which layers have one.
    loss : callable
        As `optlab.kernels.losses` has them.
    constants : tuple of float
        What the loss takes at the end.
    uses_logits : bool
        Whether the loss sees what the last activation is given.
    metrics : tuple of (callable, tuple of float)
        ``metric(y, output, *constants)`` is a sum over the rows.
    rule, coefficients : callable
        As for `optlab.kernels.fuse.FusedRule`.
    slots : int
        State arrays of the rule.
    decays : bool
        Whether decoupled weight decay comes before the rule.
    order : {"none", "shared", "own"}
        Whether a block takes the rows as they stand, in one order, or each lane in its
        own.
    """

    activations: tuple[Elementwise, ...]
    biases: tuple[bool, ...]
    loss: Callable[..., Any]
    constants: tuple[float, ...]
    uses_logits: bool
    metrics: tuple[tuple[Callable[..., float], tuple[float, ...]], ...]
    rule: Callable[..., Any]
    coefficients: Callable[..., Any]
    slots: int
    decays: bool
    order: str
