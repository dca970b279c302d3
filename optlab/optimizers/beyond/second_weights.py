"""The base of wrappers that keep a second set of weights beside the parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from optlab.errors import InputError
from optlab.optimizers.optimizer import NOT_LOADABLE, Optimizer
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.state import load_slots, saved_slots
from optlab.optimizers.wrapper import Wrapper
from optlab.parameters import Parameters
from optlab.typing import Array


class SecondWeights(Wrapper):
    """A wrapper with weights of its own, which it saves as a slot.

    Parameters
    ----------
    inner_optimizer, name, **arguments
        As for `Wrapper`.

    Attributes
    ----------
    slot : str
        What the second weights are called in the state; a subclass says it.
    """

    slot: ClassVar[str]

    def __init__(
        self, inner_optimizer: Optimizer, name: str | None, **arguments: Any
    ) -> None:
        super().__init__(inner_optimizer, name, **arguments)
        self._second: Parameters | None = None
        self._params: list[Array] = []

    @property
    def built(self) -> bool:
        """Whether there is a place for the second weights."""
        return self._second is not None

    def build(self, params: Tensors) -> None:
        """Build the inner optimizer, and make a place for the second weights."""
        self.inner_optimizer.build(params)
        if self._second is None:
            found = ParameterSet(params)
            self._second = Parameters(found.shapes, found.dtype, found.names)
            self._params = found.arrays
            self._begin()

    def _begin(self) -> None:
        """Give the second weights their first values; zeros where nothing is done."""

    def _pairs(self) -> Iterator[tuple[Array, Array]]:
        """Yield each second weight with its parameter; none before it is built."""
        second = [] if self._second is None else self._second.arrays
        yield from zip(second, self._params, strict=True)

    def _step(self, grads: Tensors, params: Tensors | None) -> int:
        """Let the inner optimizer step; return its updates, 0 where it skipped one."""
        if params is not None:
            self.build(params)
        before = self.inner_optimizer.iterations
        self.inner_optimizer.apply(grads)
        done = self.inner_optimizer.iterations
        return 0 if done == before else done

    def _slots(self) -> dict[str, list[Array]]:
        return {} if self._second is None else {self.slot: list(self._second.arrays)}

    @property
    def state(self) -> dict[str, list[Array]]:
        """The inner optimizer's state arrays, and the second weights."""
        return {**self.inner_optimizer.state, **self._slots()}

    def save_state(self) -> dict[str, Any]:
        """Return the inner state, and the second weights."""
        return {**self.inner_optimizer.save_state(), **saved_slots(self._slots())}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned, all of it or nothing."""
        second = self._made()
        mine = {k: v for k, v in state.items() if k.startswith(f"slot/{self.slot}/")}
        inner = {k: v for k, v in state.items() if k not in mine}
        before = second.flat.copy()
        load_slots(type(self).__name__, self._slots(), mine)
        try:
            self.inner_optimizer.load_state(inner)
        except InputError:
            second.flat[:] = before
            raise

    def _made(self) -> Parameters:
        """Return the second weights, or raise where nothing is built."""
        if self._second is None:
            raise InputError(NOT_LOADABLE)
        return self._second
