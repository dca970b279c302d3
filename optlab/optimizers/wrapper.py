"""The base of optimizers that wrap another one and leave most of the work to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self

from optlab.errors import InputError, InputTypeError
from optlab.notebook import arguments_html
from optlab.optimizers.hyperparameters import declared
from optlab.optimizers.known import made
from optlab.optimizers.optimizer import Optimizer, serialized
from optlab.optimizers.options import OPTIONS
from optlab.optimizers.parameter_set import Tensors
from optlab.typing import Array


class Wrapper(Optimizer):
    """Base of optimizers around one other, which has the rate and the base options.

    Parameters
    ----------
    inner_optimizer : Optimizer
        What updates the parameters.
    name : str, optional
        A name for messages; `default_name` where left out.
    **arguments
        What the class declares.

    Raises
    ------
    InputTypeError
        If `inner_optimizer` is no optimizer.
    InputError
        If an argument is out of range.
    """

    default_name: str

    def __init__(
        self, inner_optimizer: Optimizer, name: str | None, **arguments: Any
    ) -> None:
        if not isinstance(inner_optimizer, Optimizer):
            raise InputTypeError(
                f"`inner_optimizer` must be an Optimizer. Received: {inner_optimizer!r}"
            )
        self.inner_optimizer = inner_optimizer
        self.name = OPTIONS["name"].checked(name) or self.default_name
        for key, each in declared(type(self)).items():
            vars(self)[key] = each.checked(arguments[key])

    def _arguments(self) -> dict[str, Any]:
        """Return the wrapper's own arguments."""
        return {key: vars(self)[key] for key in declared(type(self))}

    def __repr__(self) -> str:
        own = "".join(f", {key}={value!r}" for key, value in self._arguments().items())
        return f"{type(self).__name__}({self.inner_optimizer!r}{own})"

    def _repr_html_(self) -> str:
        """Return what a notebook shows."""
        note = (type(self).__doc__ or "").partition("\n")[0]
        shown = {"inner_optimizer": repr(self.inner_optimizer), **self._arguments()}
        return arguments_html(type(self).__name__, shown, note)

    @property
    def built(self) -> bool:
        """Whether the inner optimizer is built."""
        return self.inner_optimizer.built

    def build(self, params: Tensors) -> None:
        """Build the inner optimizer; see `Optimizer.build`."""
        self.inner_optimizer.build(params)

    def apply(self, grads: Tensors, params: Tensors | None = None) -> None:
        """Let the inner optimizer update; see `Optimizer.apply`."""
        if params is not None:
            self.build(params)
        self.inner_optimizer.apply(grads)

    def checked_gradients(self, grads: Any) -> list[Any]:
        """Return gradients as the inner optimizer checks them."""
        return self.inner_optimizer.checked_gradients(grads)

    @property
    def looks_again(self) -> bool:
        """Whether the inner optimizer looks more than once a step."""
        return self.inner_optimizer.looks_again

    @property
    def value_and_grad(self) -> Callable[[], tuple[float, Any]] | None:
        """How the inner optimizer looks again."""
        return self.inner_optimizer.value_and_grad

    @value_and_grad.setter
    def value_and_grad(self, function: Callable[[], tuple[float, Any]] | None) -> None:
        self.inner_optimizer.value_and_grad = function

    @property
    def iterations(self) -> int:
        """The updates made; skipped steps do not count."""
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
        """The inner optimizer's state arrays."""
        return self.inner_optimizer.state

    def finalize_variable_values(self) -> None:
        """Finish the inner optimizer's average."""
        self.inner_optimizer.finalize_variable_values()

    def save_state(self) -> dict[str, Any]:
        """Return the inner optimizer's state."""
        return self.inner_optimizer.save_state()

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Put back what `save_state` returned."""
        self.inner_optimizer.load_state(state)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments, with the inner optimizer's configuration."""
        return {
            "name": self.name,
            "inner_optimizer": serialized(self.inner_optimizer),
            **{key: getattr(self, key) for key in declared(type(self))},
        }

    @classmethod
    def config_names(cls) -> tuple[str, ...]:
        """Return the names that a configuration may hold."""
        return ("inner_optimizer", *declared(cls), "name")

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """Build from `get_config()`, this one's or tf.keras's."""
        if "inner_optimizer" not in config:
            raise InputError(
                f"The configuration of a {cls.__name__} lacks 'inner_optimizer'."
            )
        own = (*declared(cls), "name")
        arguments = {key: config[key] for key in own if key in config}
        return cls(made(config["inner_optimizer"]), **arguments)
