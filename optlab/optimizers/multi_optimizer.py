"""Different optimizers for different parameters, chosen by their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Self

from optlab.errors import InputError, InputTypeError
from optlab.optimizers.hyperparameters import Patterns
from optlab.optimizers.known import made
from optlab.optimizers.loss_scale_optimizer import LossScaleOptimizer
from optlab.optimizers.optimizer import NOT_BUILT, Optimizer, serialized
from optlab.optimizers.options import OPTIONS
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.state import state_calls
from optlab.typing import Array


class OptimizerMap:
    """Optimizers by the name of a parameter, or by a pattern that its name matches.

    Parameters
    ----------
    default_optimizer : Optimizer
        For every parameter that no key is for.
    optimizer_map : mapping of str to Optimizer, optional
        Exact names, or regular expressions for whole names.

    Raises
    ------
    InputTypeError
        If a value is no optimizer, or one that wraps others.
    """

    def __init__(
        self,
        default_optimizer: Optimizer,
        optimizer_map: Mapping[str, Optimizer] | None = None,
    ) -> None:
        self.default_optimizer = _plain(default_optimizer)
        members = {} if optimizer_map is None else optimizer_map
        if not isinstance(members, Mapping):
            raise InputTypeError(
                "`optimizer_map` must be a mapping of names or patterns to optimizers. "
                f"Received: {members!r}"
            )
        Patterns.checked_as("optimizer_map", list(members))
        self.optimizers = {k: _plain(v) for k, v in members.items()}

    def __call__(self, name: str) -> Optimizer:
        """Return the optimizer of a parameter.

        Raises
        ------
        InputError
            If more than one pattern matches.
        """
        if name in self.optimizers:
            return self.optimizers[name]
        found = [key for key in self.optimizers if re.fullmatch(key, name)]
        if len(found) > 1:
            raise InputError(
                "Only one pattern may match a parameter. "
                f"Received: {found} for {name!r}"
            )
        return self.optimizers[found[0]] if found else self.default_optimizer


class MultiOptimizer(Optimizer):
    """Hand every parameter to an optimizer of its own.

    Parameters
    ----------
    optimizer_map : OptimizerMap or callable
        Called with a parameter's name ("0", "1", ... in a plain list).
    name : str, optional
        A name for messages.

    Raises
    ------
    InputTypeError
        If the map gives something that is no optimizer.
    """

    def __init__(
        self, optimizer_map: Callable[[str], Optimizer], name: str | None = None
    ) -> None:
        if not callable(optimizer_map):
            raise InputTypeError(
                "`optimizer_map` must be an OptimizerMap or a callable. "
                f"Received: {optimizer_map!r}"
            )
        self.optimizer_map = optimizer_map
        self.name = OPTIONS["name"].checked(name) or "multi_optimizer"
        self._params: ParameterSet | None = None
        self._members: list[tuple[Optimizer, list[int]]] = []
        self._calls = 0

    @property
    def optimizers(self) -> list[Optimizer]:
        """The members that have a parameter, in the order of their first one."""
        return [member for member, _ in self._members]

    @property
    def built(self) -> bool:
        """Whether the members have their parameters."""
        return self._params is not None

    def build(self, params: Tensors) -> None:
        """Share out the parameters and build every member; see `Optimizer.build`."""
        if self._params is not None:
            self._params.check_same(params, self.name)
            return
        found = ParameterSet(params)
        members: dict[int, tuple[Optimizer, list[int]]] = {}
        for k, name in enumerate(found.names):
            member = _plain(self.optimizer_map(name))
            members.setdefault(id(member), (member, []))[1].append(k)
        for member, places in members.values():
            member.build([found.arrays[k] for k in places])
        self._members = list(members.values())
        self._params = found

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Let every member update its own parameters; see `Optimizer.apply`."""
        if params is not None:
            self.build(params)
        arrays = self.checked_gradients(grads)
        for member, places in self._members:
            chosen = [arrays[k] for k in places]
            if any(grad is not None for grad in chosen):
                member.apply(chosen)
        self._calls += 1

    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as a list; see `Optimizer.checked_gradients`."""
        if self._params is None:
            raise InputError(NOT_BUILT)
        return self._params.gradients(grads)

    @property
    def iterations(self) -> int:
        """The calls so far."""
        return self._calls

    @property
    def learning_rate(self) -> float:
        """There is one for each member."""
        raise AttributeError(
            "A MultiOptimizer has no learning rate; its members have: `.optimizers`."
        )

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        raise AttributeError(
            "A MultiOptimizer has no learning rate; its members have: `.optimizers`."
        )

    @property
    def has_one_rate(self) -> bool:
        """No: each member has its own."""
        return False

    @property
    def schedule(self) -> None:
        """None: the members have theirs."""
        return None

    @property
    def loss_scale(self) -> None:
        """None: the members share one loss."""
        return None

    @property
    def keeps_average(self) -> bool:
        """Whether a member keeps an average."""
        return any(member.keeps_average for member in self.optimizers)

    @property
    def state(self) -> dict[str, list[Array]]:
        """The members' state arrays, their names led by the member's number."""
        return {
            f"{k}/{name}": arrays
            for k, member in enumerate(self.optimizers)
            for name, arrays in member.state.items()
        }

    def finalize_variable_values(self) -> None:
        """Finish every member's average."""
        for member in self.optimizers:
            member.finalize_variable_values()

    def save_state(self) -> dict[str, Any]:
        """Return the members' states."""
        return {
            "calls": self._calls,
            **{f"{k}": member.save_state() for k, member in enumerate(self.optimizers)},
        }

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned."""
        calls = state_calls(state)
        missing = [k for k in range(len(self.optimizers)) if str(k) not in state]
        if missing:
            raise InputError(f"`state` holds nothing for the optimizers {missing}.")
        for k, member in enumerate(self.optimizers):
            member.load_state(state[str(k)])
        self._calls = calls

    def get_config(self) -> dict[str, Any]:
        """Return the map's optimizers with their configurations.

        Raises
        ------
        InputTypeError
            If the map is a plain function, which cannot be written down.
        """
        if not isinstance(self.optimizer_map, OptimizerMap):
            raise InputTypeError(
                "Only an OptimizerMap can be written as a configuration."
            )
        found = self.optimizer_map
        return {
            "name": self.name,
            "default_optimizer": serialized(found.default_optimizer),
            "optimizer_map": {k: serialized(v) for k, v in found.optimizers.items()},
        }

    @classmethod
    def config_names(cls) -> tuple[str, ...]:
        """Return the names that a configuration may hold."""
        return ("default_optimizer", "optimizer_map", "name")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build from `get_config()`."""
        if "default_optimizer" not in config:
            raise InputError(
                f"The configuration of a {cls.__name__} lacks 'default_optimizer'."
            )
        given = config.get("optimizer_map") or {}
        members = {k: made(v) for k, v in dict(given).items()}
        found = OptimizerMap(made(config["default_optimizer"]), members)
        return cls(found, name=config.get("name"))


def _plain(optimizer: Any) -> Optimizer:
    """Return an optimizer that wraps no other, or raise."""
    wraps = isinstance(optimizer, (LossScaleOptimizer, MultiOptimizer))
    if not isinstance(optimizer, Optimizer) or wraps:
        raise InputTypeError(
            "The optimizers of a map must be Optimizers that wrap no other. "
            f"Received: {optimizer!r}"
        )
    if optimizer.looks_again:
        raise InputError(
            f"A {type(optimizer).__name__} moves all parameters before it looks again. "
            "Wrap the MultiOptimizer in it, instead of putting it into the map."
        )
    if optimizer.loss_scale is not None:
        raise InputError(
            "The optimizers of a map share one loss, so none may scale it alone. "
            f"Received: loss_scale_factor={optimizer.loss_scale} of {optimizer!r}. "
            "Wrap the MultiOptimizer in a LossScaleOptimizer."
        )
    return optimizer
