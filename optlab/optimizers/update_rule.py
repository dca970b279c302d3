"""An update rule with what it needs, and what one tensor is stepped by."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Rule:
    """An update rule with what it needs: see `optlab.kernels.fuse.FusedRule`.

    Attributes
    ----------
    function, coefficients : callable
        The rule, and what it needs that does not depend on the element.
    slots : tuple of str
        The names of the state arrays, tf.keras's own.
    initial : mapping
        Values that slots begin with, where not 0.
    elementwise : bool
        Whether the function may be run element by element. A rule that needs the whole
        tensor, for a norm or a matrix product, runs on NumPy arrays.
    multiplies : bool
        Whether it makes matrix products, whose bits would depend on the threads of a
        BLAS: it is then given one.
    packets : bool
        Whether a tensor may be run element by element but for what is left after its
        last whole packet (`optlab.kernels.packets`), which runs on NumPy arrays: so it
        is with TensorFlow's power, which has other bits there.
    in_loops : callable, optional
        ``in_loops(param, grad, *slots, *coefficients)``: the same on flat arrays, in
        place, in compiled loops of its own, where a rule needs whole tensors.
    """

    function: Callable[..., Any]
    coefficients: Callable[..., Any]
    slots: tuple[str, ...] = ()
    initial: Mapping[str, float] = field(default_factory=dict)
    elementwise: bool = True
    multiplies: bool = False
    packets: bool = False
    in_loops: Callable[..., None] | None = None


class Share(NamedTuple):
    """What one tensor is stepped by; tensors of one share step alike.

    Attributes
    ----------
    rule : Rule
        The update rule.
    hyper : tuple of float
        What its coefficients take after the learning rate.
    weight_decay : float or None
        The decoupled decay that comes first.
    """

    rule: Rule
    hyper: tuple[float, ...]
    weight_decay: float | None
