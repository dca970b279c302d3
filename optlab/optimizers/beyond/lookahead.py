"""Lookahead: a wrapper that lets fast weights run ahead and follows them slowly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from optlab.errors import InputError, InputTypeError
from optlab.optimizers.hyperparameters import Integer, Number, declared
from optlab.optimizers.known import made
from optlab.optimizers.optimizer import Optimizer, serialized
from optlab.optimizers.options import OPTIONS
from optlab.optimizers.parameter_set import ParameterSet, Tensors
from optlab.optimizers.state import load_slots, saved_slots
from optlab.parameters import Parameters
from optlab.typing import Array


class Lookahead(Optimizer):
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

    def __init__(
        self,
        inner_optimizer: Optimizer,
        sync_period: int = 5,
        slow_step_size: float = 0.5,
        name: str | None = None,
    ) -> None:
        if not isinstance(inner_optimizer, Optimizer):
            raise InputTypeError(
                f"`inner_optimizer` must be an Optimizer. Received: {inner_optimizer!r}"
            )
        self.inner_optimizer = inner_optimizer
        self.name = OPTIONS["name"].checked(name) or "lookahead"
        given = (sync_period, slow_step_size)
        for (key, each), value in zip(declared(type(self)).items(), given, strict=True):
            vars(self)[key] = each.checked(value)
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

    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as the inner optimizer checks them."""
        return self.inner_optimizer.checked_gradients(grads)

    @property
    def iterations(self) -> int:
        """The updates made."""
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> float:
        """The inner optimizer's rate."""
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        self.inner_optimizer.learning_rate = value

    @property
    def has_one_rate(self) -> bool:
        """Whether the inner optimizer has one rate."""
        return self.inner_optimizer.has_one_rate

    @property
    def keeps_average(self) -> bool:
        """Whether the inner optimizer keeps an average."""
        return self.inner_optimizer.keeps_average

    @property
    def loss_scale(self) -> float | None:
        """The inner optimizer's scale."""
        return self.inner_optimizer.loss_scale

    @property
    def schedule(self) -> Callable[[int], float] | None:
        """The inner optimizer's schedule."""
        return self.inner_optimizer.schedule

    @property
    def state(self) -> dict[str, list[Array]]:
        """The inner optimizer's state arrays, and the slow weights."""
        own = {} if self._slow is None else {"slow_weights": list(self._slow.arrays)}
        return {**self.inner_optimizer.state, **own}

    def finalize_variable_values(self) -> None:
        """Finish the inner optimizer's average."""
        self.inner_optimizer.finalize_variable_values()

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

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with the inner optimizer's configuration."""
        return {
            "name": self.name,
            "inner_optimizer": serialized(self.inner_optimizer),
            "sync_period": self.sync_period,
            "slow_step_size": self.slow_step_size,
        }

    @classmethod
    def config_names(cls) -> tuple[str, ...]:
        """Return the names that a configuration may hold."""
        return ("inner_optimizer", *declared(cls), "name")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build from `get_config()`."""
        if "inner_optimizer" not in config:
            raise InputError(
                f"The configuration of a {cls.__name__} lacks 'inner_optimizer'."
            )
        own = (*declared(cls), "name")
        arguments = {key: config[key] for key in own if key in config}
        return cls(made(config["inner_optimizer"]), **arguments)
