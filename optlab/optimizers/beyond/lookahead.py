"""Lookahead: a wrapper that lets fast weights run ahead and follows them slowly."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optlab.errors import InputError
from optlab.optimizers.hyperparameters import Integer, Number
from optlab.optimizers.optimizer import Optimizer
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.state import load_slots, saved_slots
from optlab.optimizers.wrapper import Wrapper
from optlab.parameters import Parameters
from optlab.typing import Array


class Lookahead(Wrapper):
    r"""Follow another optimizer slowly, and let it start again from there.

    .. math::
        \phi \leftarrow \phi + \alpha (w - \phi), \quad w \leftarrow \phi
        \qquad \text{after every } k \text{ steps}

    The slow weights :math:`\phi` begin at the parameters. The inner optimizer keeps its
    state, as in the authors' program and in optax.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What makes the fast steps. Base options belong to it.
    sync_period : int
        The steps k from one look back to the next, at least 1.
    slow_step_size : float
        The part :math:`\alpha` of the way that the slow weights go, in [0, 1].
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` is no optimizer.
    InputError
        If a number is out of range.

    References
    ----------
    Zhang, Lucas, Hinton, Ba, Lookahead optimizer: k steps forward, 1 step back, 2019,
    algorithm 1.
    """

    sync_period = Integer(5, 1, 2**31 - 1)
    slow_step_size = Number(0.5, "[0, 1]")
    default_name = "lookahead"

    def __init__(
        self,
        inner_optimizer: Optimizer,
        sync_period: int = 5,
        slow_step_size: float = 0.5,
        name: str | None = None,
    ) -> None:
        super().__init__(
            inner_optimizer,
            name,
            sync_period=sync_period,
            slow_step_size=slow_step_size,
        )
        self._slow: Parameters | None = None
        self._fast: list[Array] = []

    @property
    def built(self) -> bool:
        """Whether the slow weights have been made."""
        return self._slow is not None

    def build(self, params: Tensors) -> None:
        """Build the inner optimizer, and begin the slow weights at the parameters."""
        self.inner_optimizer.build(params)
        if self._slow is None:
            found = ParameterSet(params)
            slow = Parameters(found.shapes, found.dtype, found.names)
            for place, param in zip(slow.arrays, found.arrays, strict=True):
                place[...] = param
            self._slow, self._fast = slow, found.arrays

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Step ahead, and every so often look back; see `Optimizer.apply`."""
        if params is not None:
            self.build(params)
        before = self.inner_optimizer.iterations
        self.inner_optimizer.apply(grads)
        done = self.inner_optimizer.iterations
        if self._slow is None or done == before or done % self.sync_period:
            return
        for slow, fast in zip(self._slow.arrays, self._fast, strict=True):
            slow += slow.dtype.type(self.slow_step_size) * (fast - slow)
            fast[...] = slow

    @property
    def state(self) -> dict[str, list[Array]]:
        """The inner optimizer's state arrays, and the slow weights."""
        own = {} if self._slow is None else {"slow_weights": list(self._slow.arrays)}
        return {**self.inner_optimizer.state, **own}

    def save_state(self) -> dict[str, Any]:
        """Return the inner state, and the slow weights."""
        own = {"slow_weights": self.state["slow_weights"]} if self.built else {}
        return {**self.inner_optimizer.save_state(), **saved_slots(own)}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned."""
        if self._slow is None:
            raise InputError(
                "Build the optimizer before loading state: call `build(params)`."
            )
        own = {"slow_weights": list(self._slow.arrays)}
        mine = {k: v for k, v in state.items() if k.startswith("slot/slow_weights/")}
        inner = {k: v for k, v in state.items() if k not in mine}
        before = self._slow.flat.copy()
        load_slots(type(self).__name__, own, mine)
        try:
            self.inner_optimizer.load_state(inner)
        except InputError:
            self._slow.flat[:] = before
            raise
